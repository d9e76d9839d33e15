//! A node: the rooms over one database, and the work that goes on behind them.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use exchange::{BlockRadius, VIEWS_PER_ENTRY_MAX};
use sealing::{Cost, NodeKey};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::staff::Staff;
use crate::access::{Flood, Operator, RateLimits, TrustedProxies, Visits};
use crate::alerts::{Alerts, MailSettings};
use crate::bank::{Bank, BankError, IndexForm, Rules};
use crate::casework::{Casework, DeskSettings};
use crate::clock::{Clock, Entropy};
use crate::compute::turns;
use crate::desk::Faces;
use crate::follow::{Follow, FollowPace};
use crate::http::Guard;
use crate::intake::{Intake, KeyFile, Neighbours, PortalPath, Retention, Screen};
use crate::partners::Partners;
use crate::removal::{Looker, Removal, Ways};
use crate::storage::{Database, NODE};

/// What a node is set up with.
#[derive(Clone, Debug)]
pub struct NodeSettings {
    /// How far a verified entry may be blocked without a person.
    pub block_radius: BlockRadius,
    /// Views of an entry that are searched, at most.
    pub views_max: usize,
    /// Where the index is kept between two runs; `None`: it is made from the changes at each start.
    pub index_file: Option<PathBuf>,
    /// How that file protects what is in it.
    pub index_form: IndexForm,
    /// Where the hotline's secret lies on this machine, if it does; the set-up shows it from there.
    pub hotline_key: Option<KeyFile>,
    /// Pictures that the portal does not take.
    pub screen: Screen,
    /// Requests a second that one key may send.
    pub requests_per_second: NonZeroU32,
    /// Changes on one page of a list that is read in one piece, at most.
    pub list_page: u64,
    /// Reverse proxies that are believed when they say who asked; only for counting visitors against floods.
    pub proxies: TrustedProxies,
    /// How dear one try of a receipt's words is.
    pub receipt_cost: Cost,
    /// How long the portal keeps what it holds.
    pub retention: Retention,
    /// Under which path the portal lies.
    pub portal_path: PortalPath,
    /// How mails leave; `None`: nobody is offered any.
    pub mail: Option<MailSettings>,
    /// After what it tells of, a mail leaves at a random moment up to so many seconds later.
    pub mail_delay_seconds_max: u64,
    /// What judges the addresses of webhooks.
    pub guard: Guard,
    /// Who looks at pages again; `None`: people alone.
    pub looker: Option<Looker>,
    /// On which listeners the desk is.
    pub faces: Faces,
    /// How the desk is kept.
    pub casework: DeskSettings,
    /// How other systems are followed.
    pub follow_pace: FollowPace,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

impl Default for NodeSettings {
    fn default() -> Self {
        Self {
            block_radius: BlockRadius::default(),
            views_max: VIEWS_PER_ENTRY_MAX,
            index_file: None,
            index_form: IndexForm::Sealed,
            hotline_key: None,
            screen: Screen::ours(),
            requests_per_second: NonZeroU32::new(200).unwrap_or(NonZeroU32::MIN),
            list_page: crate::exchange::LIST_PAGE,
            proxies: TrustedProxies::default(),
            receipt_cost: Cost::V1,
            retention: Retention::default(),
            portal_path: PortalPath::default(),
            mail: None,
            mail_delay_seconds_max: 3_600,
            guard: Guard::public(),
            looker: None,
            faces: Faces::default(),
            casework: DeskSettings::default(),
            follow_pace: FollowPace::default(),
            clock: Clock::System,
            entropy: Entropy::System,
        }
    }
}

/// The rooms of a node. Cheap to clone; it is the state of every handler.
#[derive(Clone)]
pub struct Node {
    /// Entries, changes, the live index.
    pub bank: Bank,
    /// Members, keys, cursors.
    pub partners: Partners,
    /// What browsers' cookies open.
    pub visits: Visits,
    /// What became of content.
    pub removal: Removal,
    /// People who work here.
    pub staff: Staff,
    /// On which listeners the desk is.
    pub faces: Faces,
    /// Other systems that are followed.
    pub follow: Follow,
    /// The public portal.
    pub intake: Intake,
    /// Under which path it lies.
    pub portal_path: PortalPath,
    /// Neutral mails to those who left an address.
    pub alerts: Alerts,
    /// What is to be decided, and by whom.
    pub casework: Casework,
    /// Where the hotline's secret lies on this machine, if it does.
    pub hotline_key: Option<KeyFile>,
    /// How often one address may try.
    pub flood: Arc<Flood>,
    /// Whose word counts on which address that is.
    pub(crate) proxies: Arc<TrustedProxies>,
    /// How often a key may ask.
    pub limits: Arc<RateLimits>,
    /// Changes on one page of a list that is read in one piece, at most.
    pub(crate) list_page: u64,
    /// Where the time comes from.
    pub clock: Clock,
    /// Searches under way at a time.
    pub(crate) searches: Arc<Semaphore>,
    pub(crate) database: Database,
    pub(crate) stop: CancellationToken,
    tasks: TaskTracker,
}

impl Node {
    /// Opens a database: checks the key, then brings the schema up to date. Nothing runs yet. Also gives the right of
    /// whoever has database and key in hand; no handler holds it.
    pub async fn open(
        database: Database,
        key: Arc<NodeKey>,
        settings: NodeSettings,
    ) -> Result<(Self, Operator), BankError> {
        let NodeSettings {
            block_radius,
            views_max,
            index_file,
            index_form,
            hotline_key,
            screen,
            requests_per_second,
            list_page,
            proxies,
            receipt_cost,
            retention,
            portal_path,
            mail,
            mail_delay_seconds_max,
            guard,
            looker,
            faces,
            casework,
            follow_pace,
            clock,
            entropy,
        } = settings;
        let mail = mail.map(|mail| mail.for_portal_at(portal_path.prefix().unwrap_or_default()));
        Bank::check_key(&database, &key).await?;
        database.migrate(&NODE).await?;
        let (bank, operator, portal) = Bank::open(
            database.clone(),
            key.clone(),
            Rules { block_radius, views_max, index_file, index_form },
            clock.clone(),
            entropy.clone(),
        )
        .await?;
        let partners = Partners::new(database.clone(), clock.clone(), entropy.clone());
        let ways = Ways { mail: mail.clone(), guard, looker };
        let removal = Removal::new(database.clone(), key.clone(), clock.clone(), entropy.clone(), ways);
        let (database_of, key_of) = (database.clone(), key.clone());
        let alerts = Alerts::new(database_of, key_of, clock.clone(), entropy.clone(), mail, mail_delay_seconds_max);
        let (database_of, key_of) = (database.clone(), key.clone());
        let follow = Follow::new(database_of, key_of, bank.clone(), follow_pace, clock.clone(), entropy.clone())?;
        let neighbours = Neighbours {
            bank: bank.clone(),
            partners: partners.clone(),
            removal: removal.clone(),
            portal,
            screen,
            alerts: alerts.clone(),
        };
        let staff = Staff::new(database.clone(), key.clone(), receipt_cost, clock.clone(), entropy.clone());
        let intake =
            Intake::open(database.clone(), key, neighbours, (receipt_cost, retention), clock.clone(), entropy.clone())
                .await?;
        let neighbours = (bank.clone(), intake.clone(), removal.clone());
        let casework = Casework::new(database.clone(), neighbours, casework, clock.clone(), entropy.clone());
        let node = Self {
            bank,
            partners,
            visits: Visits::new(database.clone(), clock.clone(), entropy),
            removal,
            staff,
            faces,
            follow,
            intake,
            portal_path,
            alerts,
            casework,
            hotline_key,
            flood: Arc::new(Flood::new(clock.clone())),
            proxies: Arc::new(proxies),
            limits: Arc::new(RateLimits::per_second(requests_per_second)),
            list_page,
            clock,
            searches: turns(),
            database,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Ok((node, operator))
    }

    /// Starts what goes on behind the rooms: the live index, news from other processes, retention.
    pub fn start(&self) {
        self.tasks.spawn(self.bank.clone().follow(self.stop.clone()));
        self.tasks.spawn(crate::bank::tend(self.bank.live().clone(), self.stop.clone()));
        self.tasks.spawn(crate::jobs::hear(self.clone(), self.stop.clone()));
        self.tasks.spawn(crate::jobs::tidy(self.clone(), self.stop.clone()));
        self.tasks.spawn(self.follow.clone().run(self.stop.clone()));
        self.tasks.spawn(crate::jobs::post(self.clone(), self.stop.clone()));
        self.tasks.spawn(crate::jobs::remove(self.clone(), self.stop.clone()));
        self.tasks.spawn(crate::jobs::tell(self.clone(), self.stop.clone()));
        self.tasks.spawn(crate::jobs::store_index(self.clone(), self.stop.clone()));
    }

    /// One turn of what deletes: visits, cases, files, addresses and what else is over. [`Node::start`] does it every ten minutes.
    pub async fn tidy(&self) {
        crate::jobs::tidy_once(self).await;
    }

    /// Cancelled when the node is to end: long polls and streams watch it.
    pub const fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// The database under it.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Ends what [`Node::start`] started and closes the database.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.bank.store_index().await;
        self.database.close().await;
    }
}

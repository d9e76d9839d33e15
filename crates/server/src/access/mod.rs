//! Who may. A key becomes a [`Member`]; a member with the right scope becomes a handle, and a room's functions take
//! the handle as proof: what a caller may not do does not compile into a call.
//!
//! | handle | scope | may |
//! | --- | --- | --- |
//! | [`Contributor`] | contribute | add, withdraw and dispute entries |
//! | [`Follower`] | follow | read feed and snapshot, report a cursor |
//! | [`Asker`] | match | ask whether content is known |
//! | [`Teller`] | outcome | say what was done |
//! | [`Reader`] | any | read single entries it may see, and itself |
//! | [`Portal`] | none | claim entries for people, and release them |
//! | [`Operator`] | none | what the command line does |

pub mod audit;
mod extract;
mod flood;
mod limit;
mod proxies;
pub mod staff;
mod visit;

use exchange::{Agreement, KeyId, PartnerId, Reach, Scope, Tier};

use crate::partners::Member;

pub(crate) use extract::{enter, of_scheme};
pub use flood::{CALM_CASES_PER_MINUTE, CASES_PER_HOUR, Flood, TRIES_PER_MINUTE, UPLOADS_PER_HOUR, Work};
pub(crate) use flood::{Peer, Tried};
pub use limit::{OpenStream, RateLimits};
pub use proxies::{ProxiesError, TRUSTED_PROXIES_MAX, TrustedProxies};
pub(crate) use visit::NewVisit;
pub use visit::{SQL, Visits};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $scope:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Member);

        impl $name {
            /// What the handle needs; `None`: any good key.
            pub const SCOPE: Option<Scope> = $scope;

            /// The partner behind it.
            pub const fn partner(&self) -> PartnerId {
                self.0.partner
            }

            /// The key it showed.
            pub const fn key(&self) -> KeyId {
                self.0.key
            }

            /// What its partner may see and contribute.
            pub const fn agreement(&self) -> &Agreement {
                &self.0.agreement
            }

            /// The partner behind it, as whoever looks.
            pub const fn viewer(&self) -> Viewer {
                self.0.viewer()
            }

            /// The member, if its key has the scope.
            pub(crate) fn of(member: Member) -> Result<Self, Scope> {
                match Self::SCOPE {
                    Some(scope) if !member.scopes.has(scope) => Err(scope),
                    _ => Ok(Self(member)),
                }
            }
        }

        impl Right for $name {
            fn of_member(member: Member) -> Result<Self, Scope> {
                Self::of(member)
            }
        }
    };
}

/// What a key may give its holder: for doors where keys are shown in another way than ours.
pub(crate) trait Right: Sized {
    /// The right, if the member's key has the scope for it.
    fn of_member(member: Member) -> Result<Self, Scope>;
}

handle!(
    /// May add, withdraw and dispute entries.
    Contributor,
    Some(Scope::Contribute)
);
handle!(
    /// May read feed and snapshot, and report a cursor.
    Follower,
    Some(Scope::Follow)
);
handle!(
    /// May ask whether content is known.
    Asker,
    Some(Scope::Match)
);
handle!(
    /// May say what was done about entries.
    Teller,
    Some(Scope::Outcome)
);
handle!(
    /// Holds a good key of any scope.
    Reader,
    None
);

impl Reader {
    /// The member behind it.
    pub const fn member(&self) -> &Member {
        &self.0
    }
}

/// Name of the partner that stands for the node's own operator. It has no key.
pub const OPERATOR: &str = "operator";

/// What the operator may see and contribute: everything.
pub const EVERYTHING: Agreement =
    Agreement { sees: Reach::both(Tier::Reported), contributes: Reach::both(Tier::Confirmed) };

/// Who looks, and what was agreed with them. Beside the agreement it is the partner that counts: an entry may be withheld
/// from single ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Viewer {
    /// `None`: the node itself, from which nothing is withheld.
    pub(crate) partner: Option<PartnerId>,
    pub(crate) agreement: Agreement,
}

impl Viewer {
    /// The node itself.
    pub const NODE: Self = Self { partner: None, agreement: EVERYTHING };
}

impl Member {
    /// As whoever looks.
    pub const fn viewer(&self) -> Viewer {
        Viewer { partner: Some(self.partner), agreement: self.agreement }
    }
}

/// Name of the partner in whose name the portal contributes what people hashed themselves. It has no key.
pub const PORTAL: &str = "portal";

/// What the portal may contribute: what nobody has looked at. It sees nothing.
pub const OF_PORTAL: Agreement =
    Agreement { sees: Reach { minor: None, adult: None }, contributes: Reach::both(Tier::Reported) };

/// Names that are never given to a partner from outside, and that no key is made for.
pub const RESERVED: [&str; 2] = [OPERATOR, PORTAL];

/// The portal's right to put content under protection for people, and to take it back for them. For the room `intake`
/// alone: no key opens it.
#[derive(Clone, Debug)]
pub struct Portal {
    partner: PartnerId,
}

impl Portal {
    pub(crate) const fn new(partner: PartnerId) -> Self {
        Self { partner }
    }

    /// The partner [`PORTAL`].
    pub const fn partner(&self) -> PartnerId {
        self.partner
    }
}

/// Whoever has the database and the node's key in hand, at the command line.
#[derive(Clone, Debug)]
pub struct Operator {
    partner: PartnerId,
}

impl Operator {
    pub(crate) const fn new(partner: PartnerId) -> Self {
        Self { partner }
    }

    /// The operator's right to contribute, as the partner [`OPERATOR`].
    pub fn contributor(&self) -> Contributor {
        Contributor(Member {
            partner: self.partner,
            name: OPERATOR.to_owned(),
            key: KeyId::from_bytes([0; 8]),
            scopes: exchange::Scopes::all(),
            agreement: EVERYTHING,
        })
    }
}

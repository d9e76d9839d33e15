//! The frame in which everybody works who is signed in: navigation, forms, refusals, and the table of who may do what.
//! Staff of the hotline are under `/desk`, staff of platforms under `/console`, and both sign in under `/staff`.
//!
//! To add a room's pages: a function `fn desk(desk: Desk) -> Desk` in the room's `pages/mod.rs`, which registers its routes and
//! its entry in the navigation, and a line for it in [`all`]. A handler names its handle first when it shows
//! (`async fn show(who: Analyst, ..)`) and last, as [`Form`], when it changes (`async fn take(.., form: Form<Analyst>)`);
//! without one it cannot be registered. Then `cargo xtask generate` writes docs/roles.md anew, and the test that tries every
//! forbidden cell knows the route.
//!
//! A page is a template that extends `desk/frame.html`, has a [`Frame`] in its field `frame`, and is drawn with [`page`].

mod admitted;
mod form;
mod frame;
mod home;
mod refused;
mod roles;

use std::sync::LazyLock;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post};
use futures::future::BoxFuture;
use serde::Deserialize;

use crate::access::staff::{Signed, StaffId};
use crate::http::assets::{ASSET_ROUTE, asset};
use crate::http::locale::Texts;
use crate::node::Node;

pub use admitted::Admitted;
pub(crate) use admitted::{Admits, AdmitsFirst, AdmitsLast};
pub use form::Form;
pub(crate) use form::{Sender, went};
pub(crate) use frame::{Frame, language_of, page, role_word};
pub use refused::Refused;
pub(crate) use refused::back_to;
pub use roles::table as roles_table;

/// On which listener a part of the desk is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// Where the portal and the API are.
    #[default]
    Public,
    /// Where the status page is: behind a proxy or a tunnel of the operator's own.
    Operator,
    /// Nowhere.
    Off,
}

/// On which listeners the desk is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Faces {
    /// What the hotline's own people work with.
    pub desk: Face,
    /// What a platform's people see.
    pub console: Face,
}

/// One route: how it is asked for, and who may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, with names in braces where something stands in.
    pub path: &'static str,
    /// Who may.
    pub admits: Admitted,
    /// Whether the second factor must have been given lately.
    pub is_stepped_up: bool,
}

/// How many wait behind an entry of the navigation, for somebody; `None` shows no number.
pub(crate) type Count = fn(Node, StaffId) -> BoxFuture<'static, Option<u64>>;

/// An entry of the navigation.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Its words.
    pub(crate) label: fn(Texts) -> &'static str,
    /// Where it leads.
    pub(crate) path: &'static str,
    /// Who sees it.
    pub(crate) admits: Admitted,
    /// How many wait behind it.
    pub(crate) count: Option<Count>,
}

/// What is registered: routes by their first folder, the table of them, the navigation.
#[derive(Default)]
pub(crate) struct Desk {
    desk: Router<Node>,
    console: Router<Node>,
    staff: Router<Node>,
    routes: Vec<Route>,
    entries: Vec<Entry>,
}

impl Desk {
    /// A page. Its handler's first argument is the handle.
    pub(crate) fn show<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Node>,
        T: AdmitsFirst + 'static,
    {
        let route = Route { method: "GET", path, admits: T::ADMITS, is_stepped_up: T::IS_STEPPED_UP };
        self.add(route, get(handler))
    }

    /// A change. Its handler's last argument is a [`Form`] of the handle.
    pub(crate) fn change<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Node>,
        T: AdmitsLast + 'static,
    {
        let route = Route { method: "POST", path, admits: T::ADMITS, is_stepped_up: T::IS_STEPPED_UP };
        self.add(route, post(handler))
    }

    /// An entry in the navigation, after those that are there.
    pub(crate) fn entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    fn add(mut self, route: Route, method: axum::routing::MethodRouter<Node>) -> Self {
        let router = match route.path {
            path if path == "/desk" || path.starts_with("/desk/") => &mut self.desk,
            path if path == "/console" || path.starts_with("/console/") => &mut self.console,
            path => {
                assert!(path.starts_with("/staff/"), "{path} is under none of /desk, /console and /staff");
                &mut self.staff
            }
        };
        *router = std::mem::take(router).route(route.path, method);
        self.routes.push(route);
        self
    }
}

/// Every room's part of the desk.
fn all() -> Desk {
    let desk = crate::casework::pages::desk(home::desk(Desk::default()));
    let desk = crate::removal::pages::desk(desk);
    let desk = crate::partners::pages::desk(desk);
    crate::access::staff::pages::desk(desk)
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| all().entries);

/// Every route, in the order of paths.
pub fn routes() -> Vec<Route> {
    let mut routes = all().routes;
    routes.sort_by_key(|route| (route.path, route.method));
    routes
}

/// The routes that are on a listener.
pub(crate) fn router(faces: Faces, face: Face) -> Router<Node> {
    let Desk { desk, console, staff, .. } = all();
    let (has_desk, has_console) = (faces.desk == face, faces.console == face);
    let mut router = Router::new();
    if has_desk {
        router = router.merge(desk);
    }
    if has_console {
        router = router.merge(console);
    }
    if has_desk || has_console {
        router = router.merge(staff);
    }
    router
}

/// As [`router`], with the files that pages load: the portal brings its own.
pub(crate) fn router_with_assets(faces: Faces, face: Face) -> Router<Node> {
    router(faces, face).route(ASSET_ROUTE, get(asset))
}

/// The entries that somebody sees.
fn entries_of(who: &Signed) -> impl Iterator<Item = &'static Entry> {
    let role = who.role();
    ENTRIES.iter().filter(move |entry| entry.admits.admits(role))
}

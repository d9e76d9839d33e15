//! From a request's cookie to a handle: somebody of a role, as a type. A function that takes one cannot be called for anybody
//! else; a route that takes one is written into the table of roles (see the room `desk`).

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use exchange::{PartnerId, Time};
use sealing::{RecipientSecret, VisitToken};

use super::model::{Role, State};
use super::pending::Pending;
use super::sessions::{Open, STEP_UP_SECONDS, Stage};
use super::{Staff, StaffId};
use crate::desk::{Admitted, Refused, language_of};
use crate::http::form;
use crate::http::locale::Texts;
use crate::node::Node;

/// The session's cookie.
pub(crate) const SESSION_COOKIE: &str = "__Host-s";

/// Somebody who is signed in, with both factors, in this very session.
#[derive(Clone)]
pub struct Signed {
    id: StaffId,
    name: String,
    role: Role,
    partner: Option<PartnerId>,
    secret: RecipientSecret,
    token: VisitToken,
    session: [u8; 16],
    stepped_at: Option<Time>,
    pending: Pending,
    pub(crate) t: Texts,
}

impl Signed {
    /// Who.
    pub const fn id(&self) -> StaffId {
        self.id
    }

    /// How they are called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they may.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Of which platform.
    pub const fn partner(&self) -> Option<PartnerId> {
        self.partner
    }

    /// By which their session is told from their others.
    pub(crate) const fn session(&self) -> &[u8; 16] {
        &self.session
    }

    /// What every form of this session carries.
    pub(crate) fn form_token(&self) -> String {
        self.token.form_token()
    }

    pub(super) const fn token(&self) -> &VisitToken {
        &self.token
    }

    /// What waits in their session to be confirmed.
    pub(super) const fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The secret, for this room: what else it opens is the person's own.
    pub(super) const fn own(&self) -> &RecipientSecret {
        &self.secret
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// What every handle is: somebody signed in, of certain roles.
pub trait Handle: FromRequestParts<Node, Rejection = Refused> + Send + Sync {
    /// Whom it admits.
    const ADMITS: Admitted;
    /// Whether the second factor must have been given lately.
    const IS_STEPPED_UP: bool = false;

    /// Who it is.
    fn signed(&self) -> &Signed;
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Signed);

        impl $name {
            /// Who.
            pub const fn person(&self) -> StaffId {
                self.0.id
            }

            /// How they are called.
            pub fn name(&self) -> &str {
                &self.0.name
            }

            /// The texts of their pages.
            #[allow(dead_code, reason = "not every role has a page of its own in every room")]
            pub(crate) const fn t(&self) -> Texts {
                self.0.t
            }
        }

        impl Handle for $name {
            const ADMITS: Admitted = Admitted::$name;

            fn signed(&self) -> &Signed {
                &self.0
            }
        }

        impl FromRequestParts<Node> for $name {
            type Rejection = Refused;

            async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Refused> {
                let signed = signed(parts, node).await?;
                if !Admitted::$name.admits(signed.role) {
                    return Err(Refused::not_yours(signed.t));
                }
                Ok(Self(signed))
            }
        }
    };
}

macro_rules! opens {
    ($($name:ident),+) => { $(
        impl $name {
            /// Their secret, unwrapped by their passphrase when they signed in; in memory for this request, and zeroized after it.
            pub const fn secret(&self) -> &RecipientSecret {
                &self.0.secret
            }
        }
    )+ };
}

handle!(
    /// Anyone who is signed in, of the hotline or of a platform.
    Person
);
handle!(
    /// Works through cases: analysts and leads.
    Analyst
);
handle!(
    /// A lead.
    Lead
);
handle!(
    /// A mediator.
    Mediator
);
handle!(
    /// A lead or an administrator: invites, and sees who is here.
    Manager
);
handle!(
    /// Sets the node up, and opens no case: there is no secret to be had here, whatever is called.
    Administrator
);
handle!(
    /// Works at a platform.
    PlatformStaff
);
opens!(Analyst, Lead, Mediator);

impl PlatformStaff {
    /// Of which platform.
    pub const fn partner(&self) -> PartnerId {
        // The schema holds that this role has a partner, and a handle is made of such a row alone.
        self.0.partner.expect("somebody of a platform has a platform")
    }
}

impl Analyst {
    /// Whether they are a lead.
    pub fn is_lead(&self) -> bool {
        self.0.role == Role::Lead
    }
}

/// Whoever asks, signed in or not. For the pages before signing in.
#[derive(Clone, Copy, Debug)]
pub struct Anybody {
    pub(crate) t: Texts,
}

impl FromRequestParts<Node> for Anybody {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Refused> {
        let Ok(t) = Texts::from_request_parts(parts, node).await;
        Ok(Self { t })
    }
}

/// A handle whose person gave the second factor within the last [`STEP_UP_SECONDS`]: for the gravest acts. Whoever did not is
/// asked for it, and comes back to the page. A form that is sent with it needs a page at the same path.
#[derive(Clone, Debug)]
pub struct SteppedUp<H>(H);

impl<H> SteppedUp<H> {
    /// The handle.
    pub const fn handle(&self) -> &H {
        &self.0
    }
}

impl<H> std::ops::Deref for SteppedUp<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.0
    }
}

impl<H: Handle> Handle for SteppedUp<H> {
    const ADMITS: Admitted = H::ADMITS;
    const IS_STEPPED_UP: bool = true;

    fn signed(&self) -> &Signed {
        self.0.signed()
    }
}

impl<H: Handle> FromRequestParts<Node> for SteppedUp<H> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Refused> {
        let handle = H::from_request_parts(parts, node).await?;
        let limit = STEP_UP_SECONDS.unsigned_abs() * 1_000_000;
        let is_recent = |at: Time| node.clock.now().micros_since(at) <= limit;
        if handle.signed().stepped_at.is_some_and(is_recent) { Ok(Self(handle)) } else { Err(Refused::step_up(parts)) }
    }
}

/// The session of a request, however far it has come: for the pages of this room that make it whole.
pub(super) async fn session(parts: &Parts, staff: &Staff) -> Result<Option<Open>, Refused> {
    let Some(token) = form::cookie(&parts.headers, SESSION_COOKIE).and_then(VisitToken::parse) else { return Ok(None) };
    Ok(staff.session(token).await?)
}

async fn signed(parts: &mut Parts, node: &Node) -> Result<Signed, Refused> {
    let Some(session) = session(parts, &node.staff).await? else { return Err(Refused::sign_in(parts)) };
    if session.stage != Stage::Whole || session.state != State::Here {
        return Err(Refused::go_on());
    }
    let t = language_of(parts, node, &session.language).await;
    if session.language != t.language.code() {
        node.staff.set_language(session.of, t.language).await?;
    }
    Ok(Signed {
        id: session.of,
        name: session.name,
        role: session.role,
        partner: session.partner,
        secret: session.secret,
        token: session.token,
        session: session.handle,
        stepped_at: session.stepped_at,
        pending: session.pending,
        t,
    })
}

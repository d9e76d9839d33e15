//! From a request to a handle: `Authorization: Bearer rp_..`, the rate limit, the scope.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::{Asker, Contributor, Follower, Reader, Teller};
use crate::http::Problem;
use crate::node::Node;
use crate::partners::Member;

async fn member(parts: &Parts, node: &Node) -> Result<Member, Problem> {
    let header = parts.headers.get(AUTHORIZATION).ok_or_else(Problem::key_missing)?;
    let text = header.to_str().ok().and_then(bearer).ok_or_else(Problem::key_malformed)?;
    let key = text.parse().map_err(|_| Problem::key_malformed())?;
    let member = node.partners.member(&key).await?.ok_or_else(Problem::key_unknown)?;
    node.limits.spend(member.key).map_err(Problem::too_often)?;
    Ok(member)
}

/// The scheme is case-insensitive (RFC 9110 section 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

macro_rules! extract {
    ($($handle:ident),+) => { $(
        impl FromRequestParts<Node> for $handle {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Problem> {
                Self::of(member(parts, node).await?).map_err(Problem::scope_missing)
            }
        }
    )+ };
}

extract!(Contributor, Follower, Asker, Teller, Reader);

macro_rules! renew {
    ($($handle:ident),+) => { $(
        impl $handle {
            /// The same right as of now: a body may take long to come, and the key may have ended meanwhile.
            pub(crate) async fn renewed(self, node: &Node) -> Result<Self, Problem> {
                let member = node.partners.is_current(self.key()).await?.ok_or_else(Problem::key_unknown)?;
                Self::of(member).map_err(Problem::scope_missing)
            }
        }
    )+ };
}

renew!(Contributor, Follower, Asker, Teller);

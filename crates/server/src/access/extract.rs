//! From a request to a handle: `Authorization: Bearer rp_..`, the rate limit, the scope.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::{Asker, Contributor, Follower, Reader, Right, Teller};
use crate::http::Problem;
use crate::node::Node;
use crate::partners::{KeyText, Member};

async fn member(parts: &Parts, node: &Node) -> Result<Member, Problem> {
    let header = parts.headers.get(AUTHORIZATION).ok_or_else(Problem::key_missing)?;
    let text =
        header.to_str().ok().and_then(|header| of_scheme("bearer", header)).ok_or_else(Problem::key_malformed)?;
    of_key(&text.parse().map_err(|_| Problem::key_malformed())?, node).await
}

async fn of_key(key: &KeyText, node: &Node) -> Result<Member, Problem> {
    let member = node.partners.member(key).await?.ok_or_else(Problem::key_unknown)?;
    node.limits.spend(member.key).map_err(Problem::too_often)?;
    Ok(member)
}

/// From a key that was shown in another way than ours to a right: known, within its rate, with the scope.
pub(crate) async fn enter<R: Right>(key: &KeyText, node: &Node) -> Result<R, Problem> {
    R::of_member(of_key(key, node).await?).map_err(Problem::scope_missing)
}

/// What a header says after its scheme, which is case-insensitive (RFC 9110 section 11.1).
pub(crate) fn of_scheme<'a>(scheme: &str, header: &'a str) -> Option<&'a str> {
    let (named, token) = header.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| token.trim())
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

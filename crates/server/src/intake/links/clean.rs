//! One link, brought into the form in which it is kept.

use url::Url;

use super::platforms::{Platform, platforms};
use super::{Link, Why, address};

/// How long a kept link may be, in characters.
pub const LINK_CHARACTERS_MAX: usize = 2_000;
/// What is not even parsed, in bytes: punycode costs the square of a label's length.
const PARSED_BYTES_MAX: usize = 8_192;

/// Brings one link into its form; a missing scheme is `https`.
///
/// # Errors
/// Why it is not taken.
pub fn clean(link: &str) -> Result<Link, Why> {
    if link.len() > PARSED_BYTES_MAX {
        return Err(Why::TooLong);
    }
    let has_scheme = ["http:", "https:"]
        .iter()
        .any(|scheme| link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let with_scheme = if has_scheme { link.to_owned() } else { format!("https://{link}") };
    let mut url = Url::parse(&with_scheme).map_err(|_| Why::Unreadable)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Why::Scheme);
    }
    address::check(&url.host().ok_or(Why::Unreadable)?)?;
    let platform = settle_host(&mut url)?;
    // Without its final dots, what was a name may be an address: `0x7f.1..` is 127.0.0.1 then.
    address::check(&url.host().ok_or(Why::Unreadable)?)?;
    // Neither fails on an address with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if !platform.is_some_and(|platform| platform.keeps_fragment) {
        url.set_fragment(None);
    }
    drop_tracking(&mut url, platform);
    let url = String::from(url);
    if url.chars().count() > LINK_CHARACTERS_MAX {
        return Err(Why::TooLong);
    }
    Ok(Link { url, platform: platform.map(|platform| platform.key.as_str()) })
}

/// Removes a final dot, folds hosts that show the same pages, and tells the service.
fn settle_host(url: &mut Url) -> Result<Option<&'static Platform>, Why> {
    let host = url.host_str().ok_or(Why::Unreadable)?.trim_end_matches('.').to_owned();
    let platform = platforms().of_host(&host);
    let folded = platform.and_then(|platform| platform.folds.get(&host)).unwrap_or(&host);
    url.set_host(Some(folded)).map_err(|_| Why::Unreadable)?;
    if platform.is_some() && url.port().is_none() {
        // Every service of the list speaks https; `http` is what an old link says.
        let _ = url.set_scheme("https");
    }
    Ok(platform)
}

/// Drops parameters that tell who shared the link and not what it leads to. The others stay as they are written.
fn drop_tracking(url: &mut Url, platform: Option<&Platform>) {
    let Some(query) = url.query() else { return };
    let is_tracking = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        name.is_empty() || platforms().is_tracking(&name, platform)
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_tracking(pair)).collect();
    let kept = kept.join("&");
    url.set_query(if kept.is_empty() { None } else { Some(&kept) });
}

//! `/desk/platforms`: by which way notices reach each platform, and who we are. For administrators.

use askama::Template;
use axum::extract::{Path, Query, State as Taken};
use axum::response::Response;

use super::Words;
use super::draft::lines;
use super::notice::Said;
use crate::access::RESERVED;
use crate::access::staff::Administrator;
use crate::desk::{Form, Frame, Refused, page, went};
use crate::node::Node;
use crate::removal::By;
use crate::removal::directory::{Ourselves, PlatformSettings, Recipient, SettingsError};
use crate::removal::notices::{Channel, NoticeError};

#[derive(Template)]
#[template(path = "removal/pages/platforms.html")]
struct PlatformsPage {
    frame: Frame,
    words: Words,
    us: Ourselves,
    recipients: Vec<Recipient>,
    said: Option<(&'static str, bool)>,
}

#[derive(Template)]
#[template(path = "removal/pages/platform.html")]
struct PlatformPage {
    frame: Frame,
    words: Words,
    key: String,
    /// `None` for one that is new.
    recipient: Option<Recipient>,
    set: PlatformSettings,
    partner: String,
    partners: Vec<String>,
    said: Option<(&'static str, bool)>,
}

impl PlatformPage {
    fn is_set(&self, channel: &Channel) -> bool {
        self.set.channel == Some(*channel)
    }
}

pub(super) async fn show(
    who: Administrator,
    Taken(node): Taken<Node>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let t = who.t();
    let directory = node.removal.directory().await?;
    let (us, recipients) = (directory.ourselves.clone(), directory.all());
    let frame = Frame::of(&node, &who, "/desk/platforms").await?;
    page(t, &PlatformsPage { frame, words: Words(t), us, recipients, said: Words(t).said(&said.said) })
}

pub(super) async fn keep_ourselves(Taken(node): Taken<Node>, form: Form<Administrator>) -> Result<Response, Refused> {
    let field = |name: &str| form.fields.one(name).trim().to_owned();
    let us = Ourselves {
        sender_name: field("sender_name"),
        sender_email: field("sender_email"),
        flagger_status: field("flagger_status"),
        coordinator: field("coordinator"),
        police: field("police"),
    };
    let kept = node.removal.set_ourselves(By::from(&form.who), &us).await;
    Ok(went(&format!("/desk/platforms?said={}", code(kept)?), &[]))
}

pub(super) async fn show_one(
    who: Administrator,
    Taken(node): Taken<Node>,
    Path(key): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    let t = who.t();
    let directory = node.removal.directory().await?;
    let recipient = directory.get(&key);
    if recipient.is_none() && !key.starts_with("own_") {
        return Err(Refused::gone(t));
    }
    let (set, of) = directory.said(&key);
    let partners = node.partners.list().await?;
    let partner = partners.iter().find(|partner| Some(partner.id) == of).map(|partner| partner.name.clone());
    let names = partners.into_iter().filter(|partner| partner.revoked_at.is_none()).map(|partner| partner.name);
    let drawn = PlatformPage {
        frame: Frame::of(&node, &who, format!("/desk/platforms/{key}")).await?,
        words: Words(t),
        key,
        recipient,
        set,
        partner: partner.unwrap_or_default(),
        partners: names.filter(|name| !RESERVED.contains(&name.as_str())).collect(),
        said: Words(t).said(&said.said),
    };
    page(t, &drawn)
}

pub(super) async fn keep(
    Taken(node): Taken<Node>,
    Path(key): Path<String>,
    form: Form<Administrator>,
) -> Result<Response, Refused> {
    // The page of one that is new has its key in a field.
    let key = if key == "new" { form.fields.one("key").trim().to_owned() } else { key };
    let field = |name: &str| form.fields.one(name).trim().to_owned();
    let words = |name: &str| form.fields.one(name).split_whitespace().map(str::to_owned).collect();
    let set = PlatformSettings {
        name: field("name"),
        channel: Channel::from_name(form.fields.one("channel")),
        mail: field("mail"),
        form: field("form"),
        form_fields: lines(form.fields.one("form_fields")),
        languages: words("languages"),
        jurisdictions: words("jurisdictions"),
        note: field("note"),
    };
    let name = field("partner");
    let partners = node.partners.list().await?;
    let partner = partners.iter().find(|partner| partner.name == name).map(|partner| partner.id);
    if !name.is_empty() && partner.is_none() {
        return Ok(went("/desk/platforms?said=platform_partner", &[]));
    }
    let kept = node.removal.set_platform(By::from(&form.who), &key, &set, partner).await;
    let said = code(kept)?;
    let is_known = node.removal.directory().await?.get(&key).is_some();
    // A key that is not taken is none to go to.
    let to =
        if is_known { format!("/desk/platforms/{key}?said={said}") } else { format!("/desk/platforms?said={said}") };
    Ok(went(&to, &[]))
}

fn code(kept: Result<(), NoticeError>) -> Result<&'static str, Refused> {
    Ok(match kept {
        Ok(()) => "done",
        Err(NoticeError::Settings(wrong)) => match wrong {
            SettingsError::Key => "platform_key",
            SettingsError::Mail => "platform_mail",
            SettingsError::Form => "platform_form",
            SettingsError::Way => "platform_way",
            SettingsError::TooLong => "platform_long",
            SettingsError::Partner => "platform_partner",
        },
        Err(NoticeError::Storage(error)) => return Err(error.into()),
        Err(_) => "failed",
    })
}

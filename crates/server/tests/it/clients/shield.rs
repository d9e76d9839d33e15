//! Arachnid Shield's own client and a platform's matcher: pictures, and addresses of pictures.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::response::IntoResponse;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use media::alter::Alteration;
use media::{draw, encode};
use serde_json::json;
use server::http::{Guard, Names};

use super::Clients;
use crate::follow::Fake;
use crate::matcher::pictures::protecting_with;
use crate::matcher::support::Home;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arachnid_shields_client_sends_a_matcher_pictures_and_addresses() {
    let Some(mut clients) = Clients::start().await else { return };
    let picture = draw::photograph(1, 400, 300);
    let (file, altered) = (encode::png(&picture).unwrap(), Alteration::Jpeg50.apply(&picture).unwrap());
    let stranger = encode::png(&draw::photograph(2, 400, 300)).unwrap();
    let at_site = altered.clone();
    let site = Fake::start(move |_, _| at_site.clone().into_response()).await;
    let socket: SocketAddr = site.base.trim_start_matches("http://").parse().unwrap();
    let home = Home::new();
    let (_node, matcher) = protecting_with(&[&file], &home, |settings| {
        settings.guard = Guard::with(Names::Scripted(Arc::new(move |_| Ok(vec![socket.ip()]))), vec![socket]);
    })
    .await;
    let pictures: Vec<String> = [&file, &altered, &stranger].map(|file| BASE64_STANDARD.encode(file)).to_vec();
    let order = json!({"do": "shield_media", "key": "any", "url": format!("{}/arachnid/", matcher.base),
        "pictures": pictures, "addresses": [format!("http://site.example:{}/a.jpg", socket.port())],
        "env": {"NO_PROXY": "127.0.0.1"}});
    let said = clients.done(&order).await;
    let expected = [
        "('csam', 'exact', True)",
        "('csam', 'near', True)",
        "('no-known-match', None, False)",
        "('csam', 'near', True)",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

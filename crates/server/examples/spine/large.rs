//! A matcher that holds many entries, with or without views.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealing::NodeKey;
use server::bank::IndexForm;
use server::http::{Listening, serve};
use server::matcher::{Matcher, MatcherSettings, Upstream};
use server::storage::DatabaseUrl;

use crate::asking::{self, Asked};
use crate::{fill, partner, propagation, relay, resident_bytes, settled, start_node};

pub(crate) async fn measure(entries: usize, views: usize) {
    let folder = tempfile::tempdir().unwrap();
    let node_key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(1)));
    let url = DatabaseUrl::Sqlite(folder.path().join("node.db"));
    let (node, node_base) = start_node(&url, &node_key).await;
    let key = partner(&node).await;
    // One of its own, so that there is a change to go on from.
    fill(&node_base, &key, 1).await;
    let base = relay::start(node_base.clone(), entries - 1, views).await;
    let matcher_key = Arc::new(NodeKey::generate(&mut StdRng::seed_from_u64(2)));
    let settings = |index_form| {
        let upstream = Upstream::new(&base, key.clone()).unwrap();
        let usual = MatcherSettings::new(folder.path().join("matcher.db"), matcher_key.clone(), vec![upstream]);
        MatcherSettings { index_form, ..usual }
    };
    let (rss, mut begun) = (resident_bytes(), Instant::now());
    let mut matcher = started(settings(IndexForm::Sealed)).await;
    println!("{entries} entries; first start (snapshot) to ready: {:.1} s", begun.elapsed().as_secs_f64());
    let each = |bytes: u64| bytes as f64 / entries as f64;
    println!("memory: {:.0} bytes an entry", each(resident_bytes() - rss));
    begun = Instant::now();
    settled(&matcher.lives()[0]).await;
    println!("settled after {:.1} s, {:?}", begun.elapsed().as_secs_f64(), matcher.lives()[0].size());

    for form in [IndexForm::Sealed, IndexForm::Sealed, IndexForm::Bare, IndexForm::Bare] {
        ask_and_change(&matcher, &node, &node_base, &key, entries).await;
        begun = Instant::now();
        matcher.close().await;
        println!("closed, and the index stored, in {:.1} s", begun.elapsed().as_secs_f64());
        drop(matcher);
        // What is given back is given back before the next is measured.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let rss = resident_bytes();
        begun = Instant::now();
        let opened = Matcher::open(settings(form)).await.unwrap();
        println!(
            "{form:?}: opened in {:.3} s at change {}",
            begun.elapsed().as_secs_f64(),
            opened.lives()[0].applied(),
        );
        matcher = running(opened).await;
        println!("ready after {:.3} s", begun.elapsed().as_secs_f64());
        println!("memory: {:.0} bytes an entry more", each(resident_bytes().saturating_sub(rss)));
        settled(&matcher.lives()[0]).await;
    }
    ask_and_change(&matcher, &node, &node_base, &key, entries).await;
    matcher.close().await;
    node.close().await;
}

async fn ask_and_change(
    matcher: &Matcher,
    node: &server::node::Node,
    node_base: &str,
    key: &server::partners::KeyText,
    entries: usize,
) {
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listening.address);
    tokio::spawn(serve(listening, matcher.router(), matcher.stopping().clone()));
    asking::measure(&Asked { base, key: key.reveal() }, entries).await;
    let first = usize::try_from(node.bank.head().await.unwrap()).unwrap() + entries;
    propagation(node, node_base, key, first).await;
}

async fn started(settings: MatcherSettings) -> Matcher {
    running(Matcher::open(settings).await.unwrap()).await
}

async fn running(matcher: Matcher) -> Matcher {
    matcher.start();
    matcher.watch_status().wait_for(|all| all[0].loaded && all[0].acknowledged.is_some()).await.unwrap();
    matcher
}

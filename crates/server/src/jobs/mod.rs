//! Background work of a node: hearing of other processes' writes, and forgetting what has served.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio_util::sync::CancellationToken;

use crate::alerts::Posted;
use crate::node::Node;
use crate::storage::{Database, dialect};

/// How long an answer is kept for a call that is sent again.
pub(crate) const IDEMPOTENCY_HOURS: i64 = 24;
const TIDY_EVERY_SECONDS: u64 = 600;
const POST_EVERY_SECONDS: u64 = 10;
const REMOVE_EVERY_SECONDS: u64 = 10;
const STORE_EVERY_SECONDS: u64 = 3_600;
const TELL_EVERY_SECONDS: u64 = 3_600;
const LISTEN_RETRY_MS: u64 = 1_000;

/// On PostgreSQL, hears `NOTIFY` from other processes and stirs the bank. A connection that breaks is made again; the
/// bank looks by itself every 200 ms meanwhile.
pub(crate) async fn hear(node: Node, stop: CancellationToken) {
    let Database::Postgres { pool, .. } = node.database.clone() else { return };
    while !stop.is_cancelled() {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(dialect::CHANNEL).await?;
            loop {
                listener.recv().await?;
                node.bank.stir();
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            result = listening => {
                let result: Result<(), sqlx::Error> = result;
                if let Err(error) = result {
                    tracing::warn!(%error, "lost the notification channel; connecting again");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(LISTEN_RETRY_MS)) => {}
        }
    }
}

/// Keeps the index now and then, so that a start after a crash need not make it from the first change.
pub(crate) async fn store_index(node: Node, stop: CancellationToken) {
    let mut stored = node.bank.live().applied();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(STORE_EVERY_SECONDS)) => {}
        }
        let applied = node.bank.live().applied();
        if applied != stored {
            node.bank.store_index().await;
            stored = applied;
        }
    }
}

/// Sends the mails that are due. One that is under way is ended first: it is told apart from one that is in doubt.
pub(crate) async fn post(node: Node, stop: CancellationToken) {
    loop {
        let posted = match node.intake.settings().await {
            Ok(settings) => node.alerts.send_due(|code| settings.site.in_language(code).to_owned()).await,
            Err(error) => Err(error),
        };
        match posted {
            Ok(posted) if posted.put_off + posted.given_up > 0 => {
                let Posted { sent, put_off, given_up } = posted;
                tracing::warn!(sent, put_off, given_up, "mails wait or were given up");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "could not send mails"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(POST_EVERY_SECONDS)) => {}
        }
    }
}

/// Hands notices over and lets their clocks pass: at once when one was approved here, and every ten seconds.
pub(crate) async fn remove(node: Node, stop: CancellationToken) {
    loop {
        let turned = async {
            let head = node.bank.head().await?;
            node.removal.turn(head).await?;
            node.removal.send_due().await
        };
        match turned.await {
            Ok(sent) if sent.put_off + sent.given_up > 0 => {
                tracing::warn!(sent.sent, sent.put_off, sent.given_up, "notices wait or were given up");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "could not hand over notices"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = node.removal.woken() => {}
            () = tokio::time::sleep(Duration::from_secs(REMOVE_EVERY_SECONDS)) => {}
        }
    }
}

/// Where the hotline's key lies on this machine: puts neutral mails for what platforms did. Where it does not, whoever has it
/// does that (`rempart case tell`).
pub(crate) async fn tell(node: Node, stop: CancellationToken) {
    let Some(file) = node.hotline_key.clone().filter(|_| node.alerts.is_offered()) else { return };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(TELL_EVERY_SECONDS)) => {}
        }
        match file.read() {
            Ok(Some(secret)) => match node.intake.tell_news_of_all(&secret).await {
                Ok(0) => {}
                Ok(told) => tracing::info!(told, "put neutral mails for what came in"),
                Err(error) => tracing::error!(%error, "could not look through the cases for news"),
            },
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the hotline's key file; nobody hears of what platforms did"),
        }
    }
}

/// Does [`tidy_once`] again and again.
pub(crate) async fn tidy(node: Node, stop: CancellationToken) {
    loop {
        tidy_once(&node).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(TIDY_EVERY_SECONDS)) => {}
        }
    }
}

/// Forgets kept answers after [`IDEMPOTENCY_HOURS`], visits and cases that are over, and rate limits of keys that are silent.
/// What was deleted since the last time, by whomever, then leaves the log beside the database too.
pub(crate) async fn tidy_once(node: &Node) {
    match node.bank.forget_answers(IDEMPOTENCY_HOURS).await {
        Ok(0) => {}
        Ok(forgotten) => tracing::info!(forgotten, "forgot kept answers"),
        Err(error) => tracing::error!(%error, "could not forget kept answers"),
    }
    match node.bank.forget_farewells().await {
        Ok(0) => {}
        Ok(forgotten) => tracing::info!(forgotten, "forgot values of entries that went"),
        Err(error) => tracing::error!(%error, "could not forget values of entries that went"),
    }
    match node.visits.tidy().await {
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "could not remove visits that are over"),
    }
    if let Err(error) = node.staff.tidy().await {
        tracing::error!(%error, "could not remove sessions that are over");
    }
    match node.intake.tidy().await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "ended cases that nobody touched for long"),
        Err(error) => tracing::error!(%error, "could not end cases that are due"),
    }
    if let Err(error) = node.alerts.tidy().await {
        tracing::error!(%error, "could not forget addresses whose cases are over");
    }
    node.casework.tidy_previews();
    if let Err(error) = node.casework.forget_exposure().await {
        tracing::error!(%error, "could not forget what people saw a year ago");
    }
    node.limits.tidy();
    if let Err(error) = node.database.empty_log().await {
        tracing::error!(%error, "could not empty the database's log; what was deleted is still in it");
    }
}

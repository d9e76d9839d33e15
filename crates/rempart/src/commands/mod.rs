//! The commands, a file each.

mod age;
mod backup;
mod bank;
mod bench;
mod case;
mod demo;
mod doctor;
mod feed;
mod follow;
mod generated;
mod hash;
mod log;
mod look;
mod matcher;
mod matching;
mod migrate;
mod node;
mod partner;
mod pictures;
mod preview;
mod remote;
mod serve;
mod setup;
mod staff;

use std::future::Future;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Rempart stops an intimate picture from spreading without the picture ever travelling.
///
/// A hotline runs a node (`rempart serve`): it takes fingerprints of pictures, never the pictures, and tells every
/// partner. A platform runs a matcher (`rempart matcher`): it recognises copies, altered ones too, on its own machines
/// and says what became of them. `rempart demo` shows all of it on this machine.
#[derive(Parser, Debug)]
#[command(name = "rempart", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What there is to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Setup(setup::Setup),
    #[command(subcommand)]
    Staff(staff::Staff),
    #[command(subcommand)]
    Case(case::Case),
    Matcher(matcher::Matcher),
    #[command(subcommand)]
    Age(age::Age),
    #[command(subcommand)]
    Log(log::Log),
    Hash(hash::Hash),
    Match(matching::Match),
    #[command(subcommand)]
    Bank(bank::Bank),
    #[command(subcommand)]
    Partner(partner::Partner),
    #[command(subcommand)]
    Feed(feed::Feed),
    #[command(hide = true)]
    Look(look::Look),
    #[command(subcommand)]
    Follow(follow::Follow),
    Migrate(migrate::Migrate),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Bench(bench::Bench),
    #[command(hide = true)]
    Preview(preview::Preview),
    Openapi(generated::Openapi),
    Roles(generated::Roles),
    Completions(generated::Completions),
    Man(generated::Man),
}

/// Does it.
pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    let done = |result: anyhow::Result<()>| result.map(|()| ExitCode::SUCCESS);
    match command {
        Command::Demo(demo) => done(block_on(demo.run())),
        Command::Serve(serve) => done(block_on(serve.run())),
        Command::Setup(setup) => done(block_on(setup.run())),
        Command::Staff(staff) => done(block_on(staff.run())),
        Command::Case(case) => done(block_on(case.run())),
        Command::Matcher(matcher) => done(block_on(matcher.run())),
        Command::Age(age) => done(block_on(age.run())),
        Command::Log(log) => block_on(log.run()),
        Command::Hash(hash) => hash.run(),
        Command::Match(matching) => block_on(matching.run()),
        Command::Bank(bank) => block_on(bank.run()),
        Command::Partner(partner) => done(block_on(partner.run())),
        Command::Feed(feed) => done(block_on(feed.run())),
        Command::Look(look) => done(block_on(look.run())),
        Command::Follow(follow) => done(block_on(follow.run())),
        Command::Migrate(migrate) => done(block_on(migrate.run())),
        Command::Backup(backup) => done(block_on(backup.run())),
        Command::Restore(restore) => done(block_on(restore.run())),
        Command::Doctor(doctor) => block_on(doctor.run()),
        Command::Bench(bench) => done(bench.run()),
        Command::Preview(preview) => Ok(preview.run()),
        Command::Openapi(openapi) => done(openapi.run()),
        Command::Roles(roles) => done(roles.run()),
        Command::Completions(completions) => done(completions.run()),
        Command::Man(man) => done(man.run()),
    }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Goes on when the process is asked to end: ctrl-c, or SIGTERM from whoever supervises it. Listens from the moment of
/// the call, not of the first poll: whoever was told an address may end the process at once.
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the signal ends the process by itself.
            std::future::pending::<()>().await;
        }
    })
}

//! A PostgreSQL of our own for the length of a test run: made with initdb in a temporary folder, with its socket in
//! that folder and a free port on the loopback address. A server that runs on the machine is neither used nor touched.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process;

/// Where the server's tests find a PostgreSQL to make their databases in; without it they run on SQLite only.
pub(crate) const VARIABLE: &str = "REMPART_TEST_POSTGRES";

/// The server announces itself with this line (with `lc_messages=C`): the event we wait for.
const READY: &str = "database system is ready to accept connections";
/// Recovery of a fresh cluster takes a second or two; this is for a machine that is very busy.
const START_SECONDS_MAX: u64 = 120;
/// Another program can take the free port between our asking for it and the server's binding it.
const START_TRIES_MAX: usize = 3;

/// A file system in memory, on Linux. The tests make hundreds of databases of hundreds of files: to write and remove those
/// on a disk takes longer than the tests. None of them pulls PostgreSQL's own plug; those that pull ours hold there, too.
const MEMORY: &str = "/dev/shm";
/// What must be free for that: the databases of a whole run take less than half.
const MEMORY_GIB_MIN: u64 = 10;

/// A running private cluster; dropping it stops the server and removes every file.
pub(crate) struct Cluster {
    server: Child,
    url: String,
    // After `server`: fields drop in order, but the server is stopped in `drop` below before either goes.
    _folder: TempDir,
}

impl Cluster {
    /// Makes and starts a cluster, installing PostgreSQL first where it is missing and may be installed.
    ///
    /// # Errors
    /// When PostgreSQL is missing, or its programs fail; the error carries the end of the server's log.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let mut folder = tempfile::Builder::new();
        folder.prefix("rempart-postgres-");
        let folder = if fits_in_memory() { folder.tempdir_in(MEMORY) } else { folder.tempdir() };
        let folder = folder.context("no temporary folder")?;
        let account = account(folder.path())?;
        let data = folder.path().join("data");
        println!("Making a private PostgreSQL in {}", folder.path().display());
        process::output(
            account
                .command(&programs.join("initdb"))
                .current_dir(folder.path())
                .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
                .arg(&data),
        )?;

        let mut tries = 1;
        loop {
            let port = free_port()?;
            match serve(account.command(&programs.join("postgres")), &data, port) {
                Ok(server) => {
                    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
                    return Ok(Self { server, url, _folder: folder });
                }
                Err(error) if tries == START_TRIES_MAX => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    /// The address of its maintenance database, as superuser, without a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's "immediate" shutdown: a last checkpoint of hundreds of databases that are removed in
        // the next moment would take minutes. Should it not stop, it is ended.
        let asked = process::succeeds(Command::new("kill").args(["-QUIT", &self.server.id().to_string()]));
        if !asked {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// Whether the databases fit in memory and leave enough of it to everybody else.
fn fits_in_memory() -> bool {
    let available = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    };
    let free = process::output(Command::new("df").args(["--output=avail", "--block-size=1K", MEMORY])).ok();
    let free = free.and_then(|text| text.lines().last()?.trim().parse::<u64>().ok());
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(available);
    free.min(memory).is_some_and(|kib| kib >= MEMORY_GIB_MIN << 20)
}

/// Starts the server and waits for it to say that it accepts connections.
fn serve(mut command: Command, data: &Path, port: u16) -> Result<Child> {
    let folder = data.parent().context("the data folder lies in the cluster's folder")?;
    command
        .current_dir(folder)
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-k"])
        .arg(folder)
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "lc_messages=C", "-c", "logging_collector=off"])
        // What an answer 2xx promises is tested by killing things: everything is written in the order of earnest.
        .args(["-c", "fsync=on", "-c", "full_page_writes=on", "-c", "max_connections=300"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    in_its_own_group(&mut command);
    let mut server = command.spawn().context("cannot start postgres")?;
    let log = server.stderr.take().expect("standard error was piped just above");
    match wait_until_ready(log) {
        Ok(()) => Ok(server),
        Err(error) => {
            let _ = server.kill();
            let _ = server.wait();
            Err(error)
        }
    }
}

/// Reads the server's log to its end on a thread of its own (a full pipe would stop the server) and waits for the line.
fn wait_until_ready(log: ChildStderr) -> Result<()> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens once the server is up; the log is drained all the same.
            let _ = sender.send(line);
        }
    });
    let mut said = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(START_SECONDS_MAX)) {
            Ok(line) if line.contains(READY) => return Ok(()),
            Ok(line) => said.push(line),
            Err(_) => bail!("the private PostgreSQL did not start; it said:\n{}", said.join("\n")),
        }
    }
}

/// Keeps the terminal's Ctrl-C from the server: it stops when its guard is dropped, after the tests that use it.
fn in_its_own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// The folder with PostgreSQL's own programs. Debian keeps them out of PATH, one folder per version.
fn programs() -> Result<PathBuf> {
    if let Some(found) = find_programs() {
        return Ok(found);
    }
    crate::packages::install(&["postgresql"], "PostgreSQL for the server's tests")?;
    find_programs().context("PostgreSQL was installed, yet there is no initdb in PATH or /usr/lib/postgresql/*/bin")
}

fn find_programs() -> Option<PathBuf> {
    let holds_both = |folder: &Path| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let in_path = process::find("initdb").and_then(|initdb| initdb.parent().map(Path::to_path_buf));
    if let Some(folder) = in_path.filter(|folder| holds_both(folder)) {
        return Some(folder);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.retain(|folder| holds_both(folder));
    // The newest: the folders are called 15, 16, 17.
    folders.sort_by_key(|folder| version_of(folder));
    folders.pop()
}

fn version_of(programs: &Path) -> u32 {
    let version = programs.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// Who runs the server: PostgreSQL refuses to run as the superuser.
enum Account {
    Ours,
    /// A user without rights of its own, taken on through util-linux's `setpriv`.
    Other(&'static str),
}

/// Chooses the account and gives it the folder.
fn account(folder: &Path) -> Result<Account> {
    if !process::is_superuser() {
        return Ok(Account::Ours);
    }
    let exists = |user: &&str| process::succeeds(Command::new("id").arg(user));
    let user = ["postgres", "nobody"].into_iter().find(exists);
    let user =
        user.context("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it")?;
    process::output(Command::new("chown").arg(user).arg(folder))?;
    Ok(Account::Other(user))
}

impl Account {
    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Other(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid"]).arg(group_of(user));
                // Should we be killed, the kernel stops the server for us.
                command.args(["--clear-groups", "--pdeathsig", "INT"]).arg(program);
                command
            }
            Self::Ours if process::find("setpriv").is_some() => {
                let mut command = Command::new("setpriv");
                command.args(["--pdeathsig", "INT"]).arg(program);
                command
            }
            Self::Ours => Command::new(program),
        }
    }
}

fn group_of(user: &str) -> String {
    let group = process::output(Command::new("id").args(["-g", user]));
    group.map_or_else(|_| user.to_owned(), |group| group.trim().to_owned())
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on the loopback address")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_installed_version_is_taken() {
        let mut folders = ["/usr/lib/postgresql/9/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin"]
            .map(PathBuf::from);
        folders.sort_by_key(|folder| version_of(folder));
        assert_eq!(folders[2], Path::new("/usr/lib/postgresql/17/bin"));
        assert_eq!(version_of(Path::new("/usr/local/bin")), 0);
    }
}

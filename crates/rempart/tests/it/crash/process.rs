//! The real binary as a process, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A node's folder and database. Gone with the value.
pub(super) struct Site {
    folder: tempfile::TempDir,
    database: Option<String>,
}

impl Site {
    pub(super) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// `None`, said so, when there is no PostgreSQL to test on.
    pub(super) fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("REMPART_TEST_POSTGRES") else {
            eprintln!("not run on PostgreSQL: `cargo xtask test` starts one and sets REMPART_TEST_POSTGRES");
            return None;
        };
        let name = format!("rempart_crash_{}", std::process::id());
        let made = Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--dbname", &server, "--command", &format!("create database {name}")])
            .status()
            .expect("psql comes with PostgreSQL");
        assert!(made.success());
        let (base, options) = server.split_once('?').unwrap_or((&server, ""));
        let base = base.rsplit_once('/').unwrap().0;
        let options = if options.is_empty() { String::new() } else { format!("?{options}") };
        Some(Self { folder: tempfile::tempdir().unwrap(), database: Some(format!("{base}/{name}{options}")) })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn serve(&self) -> Process {
        Process::start(self.serving(rempart()))
    }

    /// The same under a limit on how large a file may grow.
    pub(super) fn serve_with_files_of_at_most_kib(&self, kib: u32) -> Process {
        let mut shell = Command::new("sh");
        // Without the trap the signal would end the process; with it the write fails, as on a full disk. `ulimit -f`
        // counts blocks of 512 bytes.
        let blocks = kib * 2;
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
        shell.arg(env!("CARGO_BIN_EXE_rempart"));
        Process::start(self.serving(shell))
    }

    fn serving(&self, mut command: Command) -> Command {
        command.args(["serve", "--listen", "127.0.0.1:0", "--json"]).args(self.node());
        command
    }

    fn node(&self) -> Vec<String> {
        let mut arguments = vec!["--data".to_owned(), self.path().join("node").display().to_string()];
        if let Some(database) = &self.database {
            arguments.extend(["--database".to_owned(), database.clone()]);
        }
        arguments
    }

    /// Adds a partner that may do everything; gives its key.
    pub(super) fn partner(&self, name: &str) -> String {
        let everything = "minor:reported,adult:reported";
        let contributes = "minor:confirmed,adult:confirmed";
        let output = rempart()
            .args(["partner", "add", name, "--sees", everything, "--contributes", contributes])
            .args(["--scopes", "contribute,follow,match,outcome", "--json"])
            .args(self.node())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["key"].as_str().expect("the key is shown").to_owned()
    }

    /// A matcher that follows `node`.
    pub(super) fn matcher(&self, node: &Process, key: &str) -> Process {
        let key_file = self.path().join("partner.key.txt");
        std::fs::write(&key_file, key).unwrap();
        let mut command = rempart();
        command
            .args(["matcher", "--listen", "127.0.0.1:0", "--json", "--from", &node.url, "--key"])
            .arg(&key_file)
            .arg("--data")
            .arg(self.path().join("matcher"));
        Process::start(command)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let (Some(database), Ok(server)) = (&self.database, std::env::var("REMPART_TEST_POSTGRES")) {
            let name = database.rsplit_once('/').unwrap().1.split('?').next().unwrap();
            let text = format!("drop database if exists {name} with (force)");
            let _ =
                Command::new("psql").args(["--quiet", "--no-psqlrc", "--dbname", &server, "--command", &text]).status();
        }
    }
}

fn rempart() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rempart"));
    command.env("REMPART_REQUESTS_PER_SECOND", "1000000").env_remove("REMPART_NODE_KEY");
    command
}

/// A running `rempart serve` or `rempart matcher`. Killed with the value.
pub(super) struct Process {
    child: Child,
    pub(super) url: String,
}

impl Process {
    fn start(mut command: Command) -> Self {
        command.env("REMPART_REQUESTS_PER_SECOND", "1000000").env_remove("REMPART_NODE_KEY");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        if line.is_empty() {
            let output = child.wait_with_output().unwrap();
            panic!("the process ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        // Somebody must read the log, or a full pipe stops the process.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let addresses: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: addresses["listening"].as_str().unwrap().to_owned() }
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

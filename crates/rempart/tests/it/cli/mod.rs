//! Each command as a process: what it answers, what it says when it cannot, its exit code.

mod bank;
mod bench;
mod cases;
mod copies;
mod demo;
mod doctor;
mod follow;
mod generated;
mod mails;
mod node;
mod person;
mod pictures;
mod portal;
mod wrong;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A folder of its own to run commands in. Gone with the value.
struct Place {
    folder: tempfile::TempDir,
}

/// What a command did.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    /// With the folder's path replaced by `DIR`.
    err: String,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A drawn picture as a JPEG file.
    fn picture(&self, name: &str, seed: u64) -> PathBuf {
        self.write(name, media::encode::jpeg(&media::draw::photograph(seed, 200, 150), 90).unwrap())
    }

    /// Runs a command here, with words separated by blanks.
    fn run(&self, words: &str) -> Said {
        self.run_with(words, &[], b"")
    }

    /// What a command writes that is no text.
    fn run_for_bytes(&self, words: &str) -> Vec<u8> {
        let output = rempart().current_dir(self.folder.path()).args(words.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn run_with(&self, words: &str, variables: &[(&str, &str)], input: &[u8]) -> Said {
        let mut child = rempart()
            .current_dir(self.folder.path())
            .args(words.split_whitespace())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let err = text(output.stderr).replace(self.folder.path().to_str().unwrap(), "DIR");
        Said { code: output.status.code(), out: text(output.stdout), err }
    }

    /// Asks until the first picture is known: what another process wrote is taken up soon, not at once.
    fn until_known(&self, words: &str) -> String {
        for _ in 0..1_000 {
            let said = self.run(words).good();
            if !said.starts_with("unknown ") {
                return said;
            }
        }
        panic!("`{words}` still answers unknown");
    }

    /// A node that serves the folder `data`.
    fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same with further words.
    fn serve_with(&self, words: &[&str]) -> Serving {
        let mut command = rempart();
        command.current_dir(self.folder.path()).args(["serve", "--data", "data", "--json", "--listen", "127.0.0.1:0"]);
        Serving::start(command.args(words))
    }

    /// A matcher that follows the node with the key in the file `key`.
    fn matcher(&self, node: &Serving, key: &str) -> Serving {
        self.matcher_with(node, key, &[])
    }

    /// The same with further words.
    fn matcher_with(&self, node: &Serving, key: &str, words: &[&str]) -> Serving {
        let mut command = rempart();
        command.current_dir(self.folder.path()).args(["matcher", "--data", "replica", "--json"]);
        command.args(["--listen", "127.0.0.1:0", "--from", &node.url, "--key", key]);
        Serving::start(command.args(words))
    }

    /// A node that was set up and ended again.
    fn with_node(self) -> Self {
        self.serve().end();
        self
    }
}

impl Said {
    #[track_caller]
    fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// The JSON values of a command that went well, one a line.
    #[track_caller]
    fn json(self) -> Vec<Value> {
        self.good().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What it said on standard error, having failed.
    #[track_caller]
    fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        self.err
    }
}

/// A process that serves; dropping it ends it.
struct Serving {
    child: Child,
    url: String,
    operator: String,
    setup: Option<String>,
}

impl Serving {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no address but {line:?}"));
        let address = |name: &str| said[name].as_str().unwrap().to_owned();
        let setup = said["setup"].as_str().map(str::to_owned);
        Self { child, url: address("listening"), operator: address("operator"), setup }
    }

    /// What the operator's listener answers, header and body.
    fn operator_says(&self, path: &str) -> String {
        self.operator_answers("GET", path, "")
    }

    /// The same to a form.
    fn operator_is_sent(&self, path: &str, body: &str) -> String {
        self.operator_answers("POST", path, body)
    }

    fn operator_answers(&self, method: &str, path: &str, body: &str) -> String {
        let address = self.operator.strip_prefix("http://").unwrap();
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        write!(
            connection,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end, as a supervisor does; gives its exit code.
    fn end(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, without the settings of whoever runs the tests.
fn rempart() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rempart"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REMPART_")) {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100");
    command
}

fn is_new_private_file(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o600
    }
    #[cfg(not(unix))]
    path.is_file()
}

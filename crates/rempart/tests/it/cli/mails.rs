//! Neutral mails over TLS, to a mail server that we did not write, under an authority made for the test.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::person::Person;
use super::{Place, Serving};

/// A mail server with a certificate; see crates/server/tests/it/mailbox.py.
struct Mailbox {
    port: u64,
    said: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl Mailbox {
    /// `None`, saying how to have one, where Python with aiosmtpd or openssl is missing.
    fn open(place: &Place, protection: &str, certificate: &str) -> Option<Self> {
        let Some(python) = std::env::var_os("REMPART_TEST_PYTHON") else {
            eprintln!("not run: `cargo xtask test` installs a mail server and sets REMPART_TEST_PYTHON");
            return None;
        };
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../server/tests/it/mailbox.py"))
            .arg(protection)
            .args([place.path(certificate), place.path("mail.key")])
            .arg("login")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&said.next().unwrap().unwrap()).unwrap();
        Some(Self { port: first["port"].as_u64().unwrap(), said, process })
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authority, `ca.pem`, and two certificates of it: `mail.pem` for this machine, `other.pem` for another name. False where
/// openssl is missing.
fn certificates(place: &Place) -> bool {
    let run = |words: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(place.path("")).args(words.split_whitespace()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    let ca = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign";
    if !run(&format!("req -x509 {new} -keyout ca.key -out ca.pem -subj /CN=authority -days 2 {ca}")) {
        eprintln!("not run: install openssl");
        return false;
    }
    for (name, of) in [("mail", "IP:127.0.0.1"), ("other", "DNS:other.example")] {
        let key = if name == "mail" { format!("{new} -keyout mail.key") } else { "-new -key mail.key".to_owned() };
        assert!(run(&format!("req {key} -out {name}.csr -subj /CN={name} -addext subjectAltName={of}")));
        let sign = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy";
        assert!(run(&format!("x509 -req -in {name}.csr {sign} -out {name}.pem")));
    }
    true
}

fn settings(place: &Place, url: &str) {
    place.write("data/mail.password", "swordfish\n");
    place.write(
        "data/rempart.toml",
        format!(
            "smtp_url = \"{url}\"\nsmtp_user = \"robin\"\nsmtp_password_file = \"mail.password\"\n\
             mail_from = \"no-reply@space.example\"\nmail_delay_minutes = 0\n"
        ),
    );
}

/// What `rempart doctor` says of the mail server, trusting this authority or only what the machine trusts.
fn doctor(place: &Place, authority: Option<&str>) -> (String, String) {
    let file = authority.map(|name| place.path(name).to_str().unwrap().to_owned());
    let variables: Vec<(&str, &str)> = file.iter().map(|file| ("SSL_CERT_FILE", file.as_str())).collect();
    let said = place.run_with("doctor --data data --json", &variables, b"");
    let mut findings = said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = findings.rfind(|finding| finding["check"] == "mail server").unwrap();
    (found["state"].as_str().unwrap().to_owned(), found["detail"].as_str().unwrap().to_owned())
}

#[test]
fn a_mail_server_with_a_good_certificate_is_trusted_and_no_other() {
    let place = Place::new().with_node();
    if !certificates(&place) {
        return;
    }
    for (protection, scheme, query) in [("--tls", "smtps", ""), ("--starttls", "smtp", "?tls=starttls")] {
        let Some(mailbox) = Mailbox::open(&place, protection, "mail.pem") else { return };
        settings(&place, &format!("{scheme}://127.0.0.1:{}{query}", mailbox.port));
        let (state, detail) = doctor(&place, Some("ca.pem"));
        assert_eq!(state, "good", "{protection}: {detail}");
        // The machine does not know the authority: nothing is said to whoever shows its certificate.
        let (state, detail) = doctor(&place, None);
        assert!(
            state == "wrong" && detail.contains("does not answer as a mail server should"),
            "{protection}: {detail}"
        );
        let Some(other) = Mailbox::open(&place, protection, "other.pem") else { return };
        settings(&place, &format!("{scheme}://127.0.0.1:{}{query}", other.port));
        let (state, detail) = doctor(&place, Some("ca.pem"));
        assert!(state == "wrong" && detail.contains("does not answer"), "{protection}, of another name: {detail}");
    }
}

#[test]
fn an_answer_is_told_by_a_mail_that_went_through_tls() {
    let place = Place::new().with_node();
    if !certificates(&place) {
        return;
    }
    let Some(mut mailbox) = Mailbox::open(&place, "--starttls", "mail.pem") else { return };
    settings(&place, &format!("smtp://127.0.0.1:{}?tls=starttls", mailbox.port));
    let mut command = super::rempart();
    command.current_dir(place.path("")).env("SSL_CERT_FILE", place.path("ca.pem"));
    command.args(["serve", "--data", "data", "--json", "--listen", "127.0.0.1:0"]);
    let node = Serving::start(&mut command);
    let mut person = Person::on(&node);
    person.begin();
    person.send("&alert=robin%40example.org");
    let case = place.run("case list --data data --json").json().remove(0)["id"].as_str().unwrap().to_owned();
    place.run(&format!("case answer {case} --data data --text Bonjour")).good();
    let mail: Value = serde_json::from_str(&mailbox.said.next().unwrap().unwrap()).unwrap();
    assert_eq!((mail["event"].as_str(), mail["tls"].as_bool()), (Some("message"), Some(true)), "{mail}");
    assert_eq!(mail["to"], serde_json::json!(["robin@example.org"]));
    node.end();
}

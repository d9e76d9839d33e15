//! The configurations that we hand out, in the real proxies: nothing of a site is shown before a proof, nor where nobody knows.

use std::process::{Child, Command, Stdio};

use agetoken::Threshold;
use reqwest::Method;
use reqwest::header::LOCATION;

use crate::age::support::{EPOCH, TestIssuer, TestVerifier, on_a_socket, question_in, voucher};
use crate::support::Engine;

/// A proxy that somebody may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Nginx,
    Caddy,
}

/// It runs, from our file with this test's addresses in it. Ended with the value.
struct Proxy {
    running: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Kind {
    fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    fn is_here(self) -> bool {
        let asked = Command::new(self.program()).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if asked.is_err() {
            eprintln!("not run: there is no {}; `cargo xtask with ..` installs it", self.program());
        }
        asked.is_ok()
    }

    fn file(self, port: u16, verifier: &str, site: &str, folder: &std::path::Path) -> String {
        let host = |url: &str| url.strip_prefix("http://").unwrap().to_owned();
        let ours = |handed_out: &str, listens: &str, here: &str| {
            assert!(handed_out.contains(listens));
            let ours = handed_out.replace("127.0.0.1:8630", &host(verifier)).replace("127.0.0.1:8080", &host(site));
            ours.replace(listens, here)
        };
        match self {
            Self::Nginx => {
                let ours = ours(
                    include_str!("../../../../../deploy/age/nginx.conf"),
                    "127.0.0.1:8000",
                    &format!("127.0.0.1:{port}"),
                );
                let path = folder.display();
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|kind| format!("{kind}_temp_path {path}/{kind};"));
                format!(
                    "daemon off; master_process off; pid {path}/pid; error_log stderr warn;\nevents {{}}\nhttp {{ \
                     access_log off; {}\n{ours}\n}}\n",
                    temporary.join(" ")
                )
            }
            Self::Caddy => {
                let here = format!("\nhttp://127.0.0.1:{port} {{");
                let ours = ours(include_str!("../../../../../deploy/age/Caddyfile"), "\nsite.example {", &here);
                format!("{{\n\tadmin off\n\tauto_https off\n}}\n{ours}")
            }
        }
    }

    async fn start(self, port: u16, verifier: &str, site: &str) -> Proxy {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("conf");
        std::fs::write(&file, self.file(port, verifier, site, folder.path())).unwrap();
        let (mut command, path) = (Command::new(self.program()), folder.path().to_str().unwrap());
        match self {
            Self::Nginx => command.args(["-e", "stderr", "-p", path, "-c", "conf"]),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", path),
        };
        let running = command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").spawn().unwrap();
        let this = Proxy { running, base: format!("http://127.0.0.1:{port}"), _folder: folder };
        // It listens as soon as a connection is taken.
        let mut tries = 0;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tries += 1;
            assert!(tries < 400, "{self:?} does not listen");
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        this
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_shows_nothing_of_the_site_before_a_proof() {
    if Kind::Nginx.is_here() {
        shows_nothing_before_a_proof(Kind::Nginx).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_shows_nothing_of_the_site_before_a_proof() {
    if Kind::Caddy.is_here() {
        shows_nothing_before_a_proof(Kind::Caddy).await;
    }
}

async fn shows_nothing_before_a_proof(kind: Kind) {
    let issuer = TestIssuer::start().await;
    // A free port, for the origin is part of what is signed.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let verifier = TestVerifier::start(Engine::Sqlite, &issuer, &format!("http://127.0.0.1:{port}")).await;
    let behind = axum::Router::new().fallback(|uri: axum::http::Uri| async move {
        ([("cache-control", "public, max-age=3600")], format!("SECRET {uri}"))
    });
    let site = on_a_socket(behind, &tokio_util::sync::CancellationToken::new()).await;
    let proxy = kind.start(port, &verifier.base, &site).await;
    let http = &verifier.http;

    for path in ["/", "/video?a=1&b=2", "/robots.txt", "/favicon.ico", "/agenda"] {
        let answer = http.get(format!("{}{path}", proxy.base)).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{path}");
        let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(to.ends_with(&format!("/age/gate?back={path}")), "{to}");
        assert!(!answer.text().await.unwrap().contains("SECRET"), "{path}");
    }
    // To some of them this is a path of the gate, to others one of the site.
    for path in ["/AGE/gate", "/%61ge/gate", "/age//video", "/age/%2e%2e/video", "/age"] {
        let answer = http.get(format!("{}{path}", proxy.base)).send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("SECRET"), "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let answer = http.request(method, format!("{}/video", proxy.base)).body("x").send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("SECRET"));
    }
    let head = http.head(format!("{}/video", proxy.base)).send().await.unwrap();
    assert_eq!(head.status(), 302);
    assert_eq!(http.get(format!("{}/age/auth", proxy.base)).send().await.unwrap().status(), 404, "from inside alone");
    let forged = http.get(format!("{}/video", proxy.base)).header("cookie", format!("age={}", "a".repeat(64)));
    assert_eq!(forged.send().await.unwrap().status(), 302);
    let gate = http.get(format!("{}/age/gate?back=/video?a=1&b=2", proxy.base)).send().await.unwrap();
    let question = question_in(&gate.text().await.unwrap());
    assert_eq!(question.back, "/video?a=1&b=2", "the whole path, though the proxy escapes nothing");

    let proofs = issuer.proofs(&voucher(1, 18), Threshold::Over18, EPOCH, 1).await;
    let through = TestVerifier { base: proxy.base.clone(), ..verifier };
    let cookie = through.send(&proofs[0].redemption(&question)).await.unwrap();
    let pair = cookie.split(';').next().unwrap();
    let ask = || through.http.get(format!("{}/video?a=1", proxy.base)).header("cookie", pair).send();
    let seen = ask().await.unwrap();
    let kept: Vec<_> = seen.headers().get_all("cache-control").iter().collect();
    assert_eq!(kept, ["private, no-store"], "whatever the site says");
    assert_eq!(seen.text().await.unwrap(), "SECRET /video?a=1");
    let sent =
        through.http.post(format!("{}/video", proxy.base)).header("cookie", pair).body("x").send().await.unwrap();
    assert_eq!(sent.text().await.unwrap(), "SECRET /video", "whatever the method");
    // Where nobody knows, nothing is shown.
    through.verifier.database().close().await;
    issuer.clock.set(issuer.clock.now().plus_seconds(61));
    let dark = ask().await.unwrap();
    assert!(dark.status().is_server_error(), "{}", dark.status());
    assert!(!dark.text().await.unwrap().contains("SECRET"));
}

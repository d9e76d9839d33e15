//! The way that clients are led whose addresses cannot be changed: a proxy that ends their TLS with a certificate of the
//! test's own, maps their hosts' paths to ours, and can hold a request back until the test has done something.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const HOSTS: [&str; 6] = [
    "report.cybertip.org",
    "exttest.cybertip.org",
    "hashsharing.ncmec.org",
    "hashsharing-test.ncmec.org",
    "graph.facebook.com",
    "app.terrorismanalytics.org",
];
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The proxy.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    node: Mutex<SocketAddr>,
    requests: AtomicU32,
    /// The request of this number, from 1, waits for the gate.
    held: AtomicU32,
    waits: Semaphore,
    gate: Semaphore,
    tls: TlsAcceptor,
}

impl Proxy {
    /// In front of this node; the authority that its certificates are of is written to this file.
    pub(crate) async fn start(node: SocketAddr, authority: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            node: Mutex::new(node),
            requests: AtomicU32::new(0),
            held: AtomicU32::new(0),
            waits: Semaphore::new(0),
            gate: Semaphore::new(0),
            tls: certificates(authority),
        });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = Arc::clone(&accepting);
                // A client that goes away in the middle is no failure of the test's.
                tokio::spawn(async move { drop(shared.serve(socket).await) });
            }
        });
        Self { address, shared }
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u32 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Holds back the request of this number from now on.
    pub(crate) fn hold(&self, after: u32) {
        self.shared.held.store(self.requests() + after, Ordering::SeqCst);
    }

    /// Once that request has come.
    pub(crate) async fn until_held(&self) {
        self.shared.waits.acquire().await.unwrap().forget();
    }

    /// Lets it go on, to this node from now on.
    pub(crate) fn go_on(&self, node: SocketAddr) {
        *self.shared.node.lock().unwrap() = node;
        self.shared.gate.add_permits(1);
    }
}

impl Shared {
    async fn serve(&self, mut socket: TcpStream) -> std::io::Result<()> {
        let head = head_of(&mut socket).await?;
        let first = head.lines().next().unwrap_or_default();
        match first.strip_prefix("CONNECT ") {
            Some(rest) => {
                let host = rest.split(':').next().unwrap_or_default().to_owned();
                socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                let mut socket = self.tls.accept(socket).await?;
                let head = head_of(&mut socket).await?;
                self.pass_on(socket, &head, &host).await
            }
            None => self.pass_on(socket, &head, "").await,
        }
    }

    /// One request to a connection: its head is changed, the rest passes as it is.
    async fn pass_on(
        &self,
        mut client: impl AsyncRead + AsyncWrite + Unpin,
        head: &str,
        host: &str,
    ) -> std::io::Result<()> {
        if self.requests.fetch_add(1, Ordering::SeqCst) + 1 == self.held.load(Ordering::SeqCst) {
            self.waits.add_permits(1);
            self.gate.acquire().await.map_err(std::io::Error::other)?.forget();
        }
        let (request_line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
        let mut parts = request_line.splitn(3, ' ');
        let (method, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let kept: Vec<&str> = headers
            .lines()
            .filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:"))
            .collect();
        let forwarded = if host.is_empty() { "" } else { "x-forwarded-proto: https\r\n" };
        let head = format!(
            "{method} {} HTTP/1.1\r\n{}\r\nconnection: close\r\n{forwarded}\r\n",
            ours(host, path),
            kept.join("\r\n")
        );
        let address = *self.node.lock().unwrap();
        let mut node = TcpStream::connect(address).await?;
        node.write_all(head.as_bytes()).await?;
        copy_bidirectional(&mut client, &mut node).await.map(drop)
    }
}

/// Where a path of another system's host is on a node.
fn ours(host: &str, path: &str) -> String {
    match host {
        "graph.facebook.com" if path.starts_with("/threatexchange/") => path.to_owned(),
        "graph.facebook.com" => format!("/threatexchange{path}"),
        "app.terrorismanalytics.org" => format!("/tat{path}"),
        "" => path.to_owned(),
        // Below one of several roots.
        _ => format!("/ncmec/{}", path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest)),
    }
}

/// The head of a request, to its empty line and not a byte further.
async fn head_of(socket: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX {
            return Err(std::io::Error::other("a head without an end"));
        }
        head.push(socket.read_u8().await?);
    }
    String::from_utf8(head).map_err(std::io::Error::other)
}

fn certificates(authority: &Path) -> TlsAcceptor {
    let mut of_authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    // Otherwise both would have the same name, and the leaf be taken for its own authority.
    of_authority.distinguished_name.push(DnType::CommonName, "the tests' authority");
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(of_authority, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(authority, issuer.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let hosts = HOSTS.map(str::to_owned).to_vec();
    let leaf = CertificateParams::new(hosts).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

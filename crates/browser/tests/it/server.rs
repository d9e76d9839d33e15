//! What a browser under test talks to: files at paths, and a record of every request.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// Scripts are ours and from files; what is checked is a page as strict as the portal's.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types worker";

/// A request that was answered.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// Serves these files until the process ends; the requests come through the receiver, in order.
pub(crate) fn serve(files: BTreeMap<String, Vec<u8>>) -> (SocketAddr, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (files, sender) = (files.clone(), sender.clone());
            // A browser opens connections that it may not use, so each has a thread; one that fails is its own business.
            thread::spawn(move || stream.and_then(|stream| answer(stream, &files, &sender)));
        }
    });
    (address, receiver)
}

fn answer(stream: TcpStream, files: &BTreeMap<String, Vec<u8>>, sender: &Sender<Request>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(()) };
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let found = files.get(&path);
    // Nobody listens any more once the test has ended.
    let _ = sender.send(Request { method, path: path.clone(), body });
    let (status, content) = found.map_or(("404 Not Found", &[][..]), |content| ("200 OK", content));
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("png" | "jpg" | "mp4") => "application/octet-stream",
        _ => "text/html",
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\ncache-control: no-store\r\n\
         content-security-policy: {POLICY}\r\ncross-origin-opener-policy: same-origin\r\n\
         cross-origin-embedder-policy: require-corp\r\ncross-origin-resource-policy: same-origin\r\n\r\n",
        content.len()
    )?;
    stream.write_all(content)
}

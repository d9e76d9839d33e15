//! Somebody on the portal, with a browser of few lines: one cookie, no script.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::Serving;

/// A browser.
pub(super) struct Person {
    address: String,
    cookie: String,
}

/// What a request was answered with.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Person {
    pub(super) fn on(node: &Serving) -> Self {
        Self { address: node.url.strip_prefix("http://").unwrap().to_owned(), cookie: String::new() }
    }

    pub(super) fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &[], b"")
    }

    /// Sends a form as its page would: with the token that stands there.
    pub(super) fn answer(&mut self, path: &str, fields: &str) -> Page {
        let token = self.token(path);
        self.post(path, &[], format!("t={token}&{fields}").as_bytes())
    }

    pub(super) fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        self.ask("POST", path, headers, body)
    }

    /// The token of a page's forms.
    pub(super) fn token(&mut self, path: &str) -> String {
        let page = self.get(path).text;
        let at = page.find("name=\"t\" value=\"").unwrap_or_else(|| panic!("no form at {path}: {page}")) + 16;
        page[at..at + 32].to_owned()
    }

    /// Begins a draft of somebody of fourteen whose picture is nowhere yet.
    pub(super) fn begin(&mut self) {
        self.post("/", &[], b"situation=mine&lang=en");
        self.answer("/s/1", "answer=13");
        self.answer("/s/2", "answer=offline");
    }

    /// Sends the draft, with more in the last form.
    pub(super) fn send(&mut self, more: &str) {
        self.answer("/s/6", "");
        let page = self.get("/s/7").text;
        let list = &page[page.find("id=\"words\"").unwrap()..page.find("</ol>").unwrap()];
        let words: Vec<&str> = list.split("<li>").skip(1).map(|word| word.split('<').next().unwrap().trim()).collect();
        let sent = self.answer("/s/7", &format!("word2={}&word5={}{more}", words[1], words[4]));
        assert_eq!(sent.status, 303, "{}", sent.text);
    }

    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        head += &format!("Cookie: {}\r\nContent-Length: {}\r\n", self.cookie, body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        connection.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        connection.write_all(body).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                self.cookie = value.split(';').next().unwrap().to_owned();
            }
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Page { status, text: text.to_owned() }
    }
}

//! People who work here, in a browser each: invited and signed in over HTTP, with passphrase and codes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use exchange::PartnerId;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use sealing::{Lexicon, RecipientSecret};
use server::access::staff::{NewStaff, Role, StaffId, StaffName};
use server::clock::Clock;
use totp_rs::{Builder, Secret};

use super::{Answer, TestNode};

/// What everybody in the tests chooses.
pub const PASSPHRASE: &str = "heron velvet ninety lamp";
const REDIRECTS_MAX: usize = 8;

static PEOPLE: AtomicU32 = AtomicU32::new(1);

/// Somebody who works here, invited and signed in; the second factor was given just now.
pub async fn staff(node: &TestNode, role: Role) -> StaffBrowser {
    invited(node, role, None).await
}

/// Somebody who works at a platform.
pub async fn platform_staff(node: &TestNode, partner: PartnerId) -> StaffBrowser {
    invited(node, Role::Platform, Some(partner)).await
}

async fn invited(node: &TestNode, role: Role, partner: Option<PartnerId>) -> StaffBrowser {
    let name = format!("{} {}", role.word(), PEOPLE.fetch_add(1, Ordering::SeqCst));
    let new = NewStaff { name: StaffName::parse(&name).unwrap(), role, partner };
    let invitation = node.node.staff.invite_as_operator(&node.operator, new).await.unwrap();
    let mut browser = StaffBrowser::new(node, invitation.id, &name, role);
    browser.accept(&invitation.path).await;
    browser
}

/// A browser with its cookies, and what its person knows and has.
pub struct StaffBrowser {
    pub id: StaffId,
    pub name: String,
    pub role: Role,
    /// The 24 words that were printed, in English.
    pub sheet: Vec<String>,
    base: String,
    http: reqwest::Client,
    clock: Clock,
    cookies: BTreeMap<String, String>,
    codes: String,
    form_token: String,
}

impl StaffBrowser {
    /// A browser that was nowhere yet.
    pub fn new(node: &TestNode, id: StaffId, name: &str, role: Role) -> Self {
        Self {
            id,
            name: name.to_owned(),
            role,
            sheet: vec![],
            base: node.base(),
            http: node.http.clone(),
            clock: node.node.clock.clone(),
            cookies: BTreeMap::new(),
            codes: String::new(),
            form_token: String::new(),
        }
    }

    /// Another browser of the same person: it knows what they know, and has no cookie.
    pub fn elsewhere(&self) -> Self {
        Self {
            name: self.name.clone(),
            sheet: self.sheet.clone(),
            base: self.base.clone(),
            http: self.http.clone(),
            clock: self.clock.clone(),
            cookies: BTreeMap::new(),
            codes: self.codes.clone(),
            form_token: String::new(),
            ..*self
        }
    }

    /// The same browser where another listener answers.
    pub fn at(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// Asks for a page, as it is; the form token of what comes is kept.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Asks for a page, and goes where it leads.
    pub async fn page(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..REDIRECTS_MAX {
            let Some(to) = answer.headers.get(LOCATION) else { return answer };
            let to = to.to_str().unwrap().to_owned();
            answer = self.get(&to).await;
        }
        panic!("{path} leads in circles");
    }

    /// Sends a form with the session's token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if self.form_token.is_empty() {
            self.get("/staff/account").await;
        }
        let mut fields = fields.to_vec();
        let token = self.form_token.clone();
        fields.push(("t", &token));
        self.post_without_token(path, &fields).await
    }

    /// Sends a form as it is.
    pub async fn post_without_token(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            self.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request).await
    }

    /// Sends a form and goes where it leads; it must be taken.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text);
        let to = answer.headers[LOCATION].to_str().unwrap().to_owned();
        self.page(&to).await
    }

    /// A request with this browser's cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).header(COOKIE, self.cookies())
    }

    /// Its cookies, as it sends them.
    pub fn cookies(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request.send().await.unwrap()).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some(token) = between(&answer.text, "name=\"t\" value=\"", "\"") {
            self.form_token = token;
        }
        answer
    }

    /// What every form of this browser's session carries.
    pub async fn form_token(&mut self) -> String {
        if self.form_token.is_empty() {
            self.get("/staff/account").await;
        }
        self.form_token.clone()
    }

    /// The code that the telephone shows now.
    pub fn code(&self) -> String {
        let secret = Secret::try_from_base32(self.codes.replace(' ', "")).unwrap();
        let seconds = self.clock.now().as_micros() / 1_000_000;
        Builder::new().with_secret(secret).build_noncompliant().generate(seconds.unsigned_abs()).to_string()
    }

    /// What the sheet says: the person's own secret.
    pub fn secret(&self) -> RecipientSecret {
        RecipientSecret::from_sheet(&self.sheet.join(" ")).unwrap()
    }

    /// A cookie of this browser.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub fn cookie_names(&self) -> Vec<String> {
        self.cookies.keys().cloned().collect()
    }

    pub fn keep_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Goes through an invitation from the passphrase to the desk.
    pub async fn accept(&mut self, link: &str) {
        let page = self.get(&format!("{link}?lang=en")).await;
        assert!(page.status == 200 && page.text.contains("Welcome"), "{}", page.text);
        let chosen = [("passphrase", PASSPHRASE), ("again", PASSPHRASE)];
        let sent = self.post_without_token(&format!("{link}?lang=en"), &chosen).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let codes = self.page("/staff/codes?lang=en").await;
        self.take_codes(&codes.text);
        let sheet = self.submit("/staff/codes", &[("code", &self.code())]).await;
        self.sheet = sheet.text.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        assert_eq!(self.sheet.len(), sealing::SHEET_WORDS, "{}", sheet.text);
        self.print_sheet(&sheet.text).await;
    }

    /// Goes through a link for a new factor, from the passphrase to the desk.
    pub async fn accept_new_factor(&mut self, link: &str) {
        let sent = self.post_without_token(link, &[("passphrase", PASSPHRASE)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let page = self.page("/staff/codes").await;
        self.take_codes(&page.text);
        assert_eq!(self.post("/staff/codes", &[("code", &self.code())]).await.status, 303);
    }

    /// Reads the codes' secret from the page that adds them.
    pub fn take_codes(&mut self, page: &str) {
        self.codes = between(page, "id=\"secret\">", "<").unwrap();
    }

    /// Types the two words that the sheet's page asks for.
    pub async fn print_sheet(&mut self, page: &str) {
        let numbers = page.split("<span>Word ").skip(1).map(|rest| rest.split('<').next().unwrap());
        let words: Vec<String> = numbers
            .map(|number| self.secret().sheet(Lexicon::En)[number.parse::<usize>().unwrap() - 1].to_owned())
            .collect();
        let home = self.submit("/staff/sheet", &[("first", &words[0]), ("second", &words[1])]).await;
        assert!(home.status == 200 && home.text.contains("Hello, "), "{}", home.text);
    }

    /// Signs in with the passphrase, then with the code of now.
    pub async fn sign_in(&mut self) -> Answer {
        let answer = self.give_passphrase(PASSPHRASE).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let to = answer.headers[LOCATION].to_str().unwrap().to_owned();
        self.page(&to).await;
        self.post("/staff/factor", &[("code", &self.code())]).await
    }

    /// Sends name and passphrase.
    pub async fn give_passphrase(&mut self, passphrase: &str) -> Answer {
        let name = self.name.clone();
        self.post_without_token("/staff/sign-in?lang=en", &[("name", &name), ("passphrase", passphrase)]).await
    }

    /// Gives the second factor once more, for the gravest acts. A code is good once: the clock must have moved since the
    /// last one.
    pub async fn step_up(&mut self) {
        self.page("/staff/step-up").await;
        let answer = self.post("/staff/step-up", &[("code", &self.code())]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
}

/// What stands between two marks, the first time.
pub fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0.to_owned())
}

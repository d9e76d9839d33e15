//! Handing one message to a mail server, and telling apart whether it has it, will never take it, or may have it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Address;

/// For everything up to the message, in seconds.
const TALK_SECONDS_MAX: u64 = 60;
/// For the answer to the message: servers look through it first.
const MESSAGE_SECONDS_MAX: u64 = 120;
const SUBMISSION_PORT: u16 = 587;
const SUBMISSION_TLS_PORT: u16 = 465;

/// A mail server and how to talk to it. `Debug` does not show the password.
#[derive(Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<(String, Zeroizing<String>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tls {
    /// From the first byte.
    Wrapped,
    /// After STARTTLS, without which nothing is said.
    Started,
    /// Never.
    Without,
}

/// Why an address names no mail server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SmtpUrlError {
    /// Not an address of a mail server. Write `smtps://host`, `smtp://host` or `smtp://host:25?tls=none`.
    #[error("write smtps://host, smtp://host (then with STARTTLS) or smtp://host:port?tls=none")]
    Unreadable,
    /// A user or a password stands in the address, where every list of processes shows it. Write them in their own settings.
    #[error("user and password do not belong in smtp_url: there are smtp_user and smtp_password_file")]
    LoginInside,
    /// The password would cross the network for all to read. Use smtps:// or STARTTLS.
    #[error("a password is not sent without TLS to another machine")]
    LoginInClear,
}

/// Why a mail server would not take a mail.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No connection, or no TLS. Look at the address, the port and the server's certificate.
    #[error("it does not answer as a mail server should: {0}")]
    Connect(Error),
    /// It does not know us. Look at user and password.
    #[error("it refuses the user or the password: {0}")]
    Login(Error),
    /// It does not let us send in this name. Look at `mail_from`.
    #[error("it does not take the sender: {0}")]
    Sender(Error),
    /// Nothing in 60 seconds. Look at the address and at what lies between.
    #[error("it does not answer in {TALK_SECONDS_MAX} seconds")]
    Silent,
}

/// What became of a message. Answers quote addresses: of them only the three digits are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Delivered {
    /// The server has it.
    Taken,
    /// It certainly does not, and may have it later; 0: it did not answer.
    Later(u16),
    /// It will never take it.
    Refused(u16),
    /// The connection ended after the message was sent.
    Doubtful,
}

impl SmtpServer {
    /// Reads `smtps://host[:465]` or `smtp://host[:587]`; the latter is STARTTLS or nothing, unless it is this very machine or
    /// ends in `?tls=none`.
    pub fn parse(text: &str, login: Option<(String, Zeroizing<String>)>) -> Result<Self, SmtpUrlError> {
        let url = url::Url::parse(text.trim()).map_err(|_| SmtpUrlError::Unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SmtpUrlError::LoginInside);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::Unreadable)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let tls = match (url.scheme(), url.query()) {
            ("smtps", None) => Tls::Wrapped,
            ("smtp", None) if is_here => Tls::Without,
            ("smtp", None | Some("tls=starttls")) => Tls::Started,
            ("smtp", Some("tls=none")) => Tls::Without,
            _ => return Err(SmtpUrlError::Unreadable),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::Unreadable);
        }
        if login.is_some() && tls == Tls::Without && !is_here {
            return Err(SmtpUrlError::LoginInClear);
        }
        let port = url.port().unwrap_or(if tls == Tls::Wrapped { SUBMISSION_TLS_PORT } else { SUBMISSION_PORT });
        Ok(Self { host, port, tls, login })
    }

    /// Whether the server answers, knows us and takes the sender; nothing is sent.
    pub async fn probe(&self, from: &Address) -> Result<(), ProbeError> {
        let talk = async {
            let mut connection = self.connect(from).await.map_err(ProbeError::Connect)?;
            self.log_in(&mut connection).await.map_err(ProbeError::Login)?;
            let taken = connection.command(Mail::new(Some(from.inner()), vec![])).await;
            connection.abort().await;
            taken.map(drop).map_err(ProbeError::Sender)
        };
        timeout(Duration::from_secs(TALK_SECONDS_MAX), talk).await.unwrap_or(Err(ProbeError::Silent))
    }

    /// Hands over one message.
    pub(crate) async fn deliver(&self, from: &Address, envelope: &Envelope, message: &[u8]) -> Delivered {
        let talk = timeout(Duration::from_secs(TALK_SECONDS_MAX), self.up_to_message(from, envelope)).await;
        let mut connection = match talk {
            Ok(Ok(connection)) => connection,
            Ok(Err(delivered)) => return delivered,
            Err(_) => return Delivered::Later(0),
        };
        let answer = timeout(Duration::from_secs(MESSAGE_SECONDS_MAX), connection.message(message)).await;
        match answer {
            Ok(Ok(_)) => {
                // It has it: what becomes of the connection means nothing.
                let _ = timeout(Duration::from_secs(TALK_SECONDS_MAX), connection.quit()).await;
                Delivered::Taken
            }
            Ok(Err(error)) if error.status().is_some() => judged(&error),
            Ok(Err(_)) | Err(_) => Delivered::Doubtful,
        }
    }

    async fn up_to_message(&self, from: &Address, envelope: &Envelope) -> Result<AsyncSmtpConnection, Delivered> {
        // Up to here a refusal is about us, which the operator mends.
        let about_us = |error: Error| Delivered::Later(code(&error));
        let mut connection = self.connect(from).await.map_err(about_us)?;
        self.log_in(&mut connection).await.map_err(about_us)?;
        connection.command(Mail::new(envelope.from().cloned(), vec![])).await.map_err(about_us)?;
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(|error| judged(&error))?;
        }
        connection.command(Data).await.map_err(|error| judged(&error))?;
        Ok(connection)
    }

    async fn connect(&self, from: &Address) -> Result<AsyncSmtpConnection, Error> {
        let tls = || TlsParameters::new(self.host.clone());
        // The machine's own name is nobody's business.
        let name = ClientId::Domain(from.domain().to_owned());
        let wrapped = if self.tls == Tls::Wrapped { Some(tls()?) } else { None };
        let seconds = Some(Duration::from_secs(TALK_SECONDS_MAX));
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, seconds, &name, wrapped, None).await?;
        if self.tls == Tls::Started {
            connection.starttls(tls()?, &name).await?;
        }
        Ok(connection)
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Error> {
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.as_str().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpServer({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

/// What an answer about the recipient or the message means.
fn judged(error: &Error) -> Delivered {
    let code = code(error);
    if error.is_permanent() { Delivered::Refused(code) } else { Delivered::Later(code) }
}

fn code(error: &Error) -> u16 {
    error.status().map_or(0, u16::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Option<(String, Zeroizing<String>)> {
        Some(("robin".to_owned(), Zeroizing::new("swordfish".to_owned())))
    }

    #[test]
    fn an_address_says_how_the_conversation_is_protected() {
        let read = |text: &str| SmtpServer::parse(text, None).map(|server| (server.port, server.tls));
        assert_eq!(read("smtps://mail.example"), Ok((465, Tls::Wrapped)));
        assert_eq!(read("smtp://mail.example"), Ok((587, Tls::Started)));
        assert_eq!(read("smtp://mail.example:25?tls=none"), Ok((25, Tls::Without)));
        for here in ["smtp://localhost:25", "smtp://127.0.0.1:25", "smtp://[::1]:25"] {
            assert_eq!(read(here), Ok((25, Tls::Without)), "{here}");
        }
        assert_eq!(read("smtp://localhost:25?tls=starttls"), Ok((25, Tls::Started)));
        for wrong in
            ["", "mail.example", "http://mail.example", "smtp://", "smtps://a?tls=none", "smtp://a/b", "smtp://a?x=1"]
        {
            assert_eq!(read(wrong), Err(SmtpUrlError::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_neither_in_the_address_nor_in_clear_nor_shown() {
        for inside in ["smtps://robin:swordfish@mail.example", "smtps://robin@mail.example"] {
            assert_eq!(SmtpServer::parse(inside, None).unwrap_err(), SmtpUrlError::LoginInside);
        }
        let refused = SmtpServer::parse("smtp://mail.example?tls=none", login()).unwrap_err();
        assert_eq!(refused, SmtpUrlError::LoginInClear);
        let server = SmtpServer::parse("smtps://mail.example", login()).unwrap();
        assert_eq!(format!("{server:?}"), "SmtpServer(mail.example:465, Wrapped)");
        assert!(SmtpServer::parse("smtp://127.0.0.1:25", login()).is_ok(), "a relay on this machine");
    }
}

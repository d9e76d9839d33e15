//! What a partner pastes into each client of another system so that it reads this node: one list for the operator's page,
//! the command line and whoever else shows it.

use crate::partners::KeyText;

use super::threatexchange::GROUP;

/// Stands where a key goes that is not at hand: only its digest is kept.
pub const KEY_PLACE: &str = "rp_KEY";
/// Stands where the node's address goes that nobody said.
pub const URL_PLACE: &str = "https://NODE";

/// A system whose clients can read this node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    /// StopNCII v1.
    StopNcii,
    /// NCMEC hash sharing v2.
    Ncmec,
    /// Meta's ThreatExchange.
    ThreatExchange,
    /// Tech Against Terrorism v2.
    Tat,
    /// Arachnid Shield v1.
    Arachnid,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::StopNcii, Self::Ncmec, Self::ThreatExchange, Self::Tat, Self::Arachnid];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StopNcii => "StopNCII",
            Self::Ncmec => "NCMEC hash sharing",
            Self::ThreatExchange => "ThreatExchange",
            Self::Tat => "Tech Against Terrorism",
            Self::Arachnid => "Arachnid Shield",
        }
    }

    /// Whether the client in `threatexchange` (HMA, Coop) has that system's address built in: it then needs our adapter.
    pub const fn is_fixed(self) -> bool {
        matches!(self, Self::Ncmec | Self::ThreatExchange | Self::Tat)
    }

    /// What any client of the system asks for: a word and its value.
    pub fn values(self, node: &str, partner: &str, key: Option<&KeyText>) -> Vec<(&'static str, String)> {
        let node = node.trim_end_matches('/');
        let secret = key.map_or_else(|| KEY_PLACE.to_owned(), KeyText::reveal);
        match self {
            Self::StopNcii => vec![
                ("base URL", format!("{node}/stopncii/v1")),
                ("x-functions-key", secret),
                ("Ocp-Apim-Subscription-Key", "any".to_owned()),
            ],
            Self::Ncmec => {
                vec![("root URL", format!("{node}/ncmec")), ("user", partner.to_owned()), ("password", secret)]
            }
            Self::ThreatExchange => vec![
                ("graph URL", format!("{node}/threatexchange/v26.0")),
                ("access token", token(key)),
                ("privacy group", GROUP.to_string()),
            ],
            Self::Tat => {
                vec![("base URL", format!("{node}/tat/")), ("username", partner.to_owned()), ("password", secret)]
            }
            Self::Arachnid => {
                vec![("base URL", format!("{node}/arachnid/")), ("username", partner.to_owned()), ("password", secret)]
            }
        }
    }

    /// Lines for a shell, before the client that is used most.
    pub fn lines(self, node: &str, partner: &str, key: Option<&KeyText>) -> Vec<String> {
        let url = node.trim_end_matches('/');
        let secret = key.map_or_else(|| KEY_PLACE.to_owned(), KeyText::reveal);
        match self {
            Self::StopNcii => vec![
                format!("export TX_STOPNCII_KEYS='{secret},any,{url}/stopncii/v1'"),
                "tx config collab edit stop_ncii --create rempart".to_owned(),
            ],
            Self::Ncmec => vec![
                format!("export TX_NCMEC_CREDENTIALS='{partner}:{secret}'"),
                "tx config collab edit ncmec --create rempart --environment Industry".to_owned(),
            ],
            Self::ThreatExchange => {
                let mut lines = match key {
                    Some(_) => vec![format!("export TX_ACCESS_TOKEN='{}'", token(key))],
                    // Who has the key can work out its number, and should not have to know how.
                    None => vec![
                        format!("key={secret}; key=${{key#rp_}}"),
                        "export TX_ACCESS_TOKEN=\"$(printf %020u 0x${key%%_*})|${key#*_}\"".to_owned(),
                    ],
                };
                lines.push(format!("tx config collab edit fb_threatexchange --create rempart --privacy-group {GROUP}"));
                lines
            }
            Self::Tat => vec![
                format!("export PYTX_TAT_CREDENTIALS='{partner}:{secret}'"),
                "tx config collab edit tat --create rempart".to_owned(),
            ],
            Self::Arachnid => vec![format!("export ARACHNID_SHIELD_URL='{url}/arachnid/'")],
        }
    }
}

/// A key as the graph's access token.
fn token(key: Option<&KeyText>) -> String {
    let Some(key) = key else { return "KEY_NUMBER|KEY_SECRET".to_owned() };
    let revealed = key.reveal();
    let secret = revealed.rsplit_once('_').map_or("", |(_, secret)| secret);
    format!("{:020}|{secret}", u64::from_be_bytes(*key.id().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::dialect::key as read;
    use rand::SeedableRng;

    #[test]
    fn every_value_names_the_node_or_a_key_that_opens_it() {
        let key = KeyText::generate(&mut rand::rngs::StdRng::seed_from_u64(1));
        for system in System::ALL {
            let values = system.values("https://node.example/", "platform", Some(&key));
            assert!(
                values[0].1.starts_with("https://node.example/") && !values[0].1.contains(".example//"),
                "{values:?}"
            );
            assert!(
                values.iter().any(|(_, value)| read(value).is_ok_and(|read| read.reveal() == key.reveal())),
                "{values:?}"
            );
            let lines = system.lines(URL_PLACE, "platform", None);
            assert!(lines.iter().all(|line| !line.contains(&key.reveal())));
            assert!(!system.is_fixed() || lines.iter().all(|line| !line.contains(URL_PLACE)));
        }
    }

    #[test]
    fn a_shell_makes_the_graphs_token_of_a_key_that_is_pasted_in() {
        for seed in 0..8 {
            let key = KeyText::generate(&mut rand::rngs::StdRng::seed_from_u64(seed));
            let lines = System::ThreatExchange.lines(URL_PLACE, "platform", None);
            let pasted = lines[..2].join("\n").replace(KEY_PLACE, &key.reveal());
            let script = format!("{pasted}\nprintf %s \"$TX_ACCESS_TOKEN\"");
            let said = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), token(Some(&key)));
        }
    }
}

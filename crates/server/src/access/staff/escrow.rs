//! The way back that two leads have in hand together: a person's secret in two shares for every pair of at most three leads.
//!
//! One share is random, the other is the secret xor it: either alone is noise. Each is sealed to its lead and names the person
//! and the pair, so that it opens in its place alone.

use exchange::Time;
use sealing::{CHECK_BYTES, RECIPIENT_BYTES, Recipient, RecipientSecret};
use zeroize::Zeroizing;

use super::model::Role;
use super::queries::{self, ShareRow};
use super::{Staff, StaffError, StaffId, acts};
use crate::access::audit;
use crate::storage::{Session, StorageError, Transact};

/// Leads who hold shares of one person, at most.
pub const HOLDERS_MAX: i64 = 3;

type Share = Zeroizing<[u8; RECIPIENT_BYTES]>;

impl Staff {
    /// Splits somebody's secret anew when the leads who hold it are not those who should: called when they sign in, since
    /// nobody else has the secret.
    pub(super) async fn refresh_escrow(
        &self,
        of: StaffId,
        role: Role,
        secret: &RecipientSecret,
    ) -> Result<(), StaffError> {
        if role == Role::Platform {
            return Ok(());
        }
        let mut on = self.database.read().await?;
        let leads = queries::leads_but(&mut on, of, HOLDERS_MAX).await?;
        let holders: Vec<(StaffId, Recipient)> =
            leads.into_iter().filter_map(|lead| lead.public_key.map(|key| (lead.id, key))).collect();
        let held = queries::share_holders(&mut on, of).await?;
        drop(on);
        let mut wanted: Vec<StaffId> =
            if holders.len() < 2 { vec![] } else { holders.iter().map(|(id, _)| *id).collect() };
        wanted.sort_unstable();
        if wanted == held {
            return Ok(());
        }
        let shares = split(of, secret, &holders, &mut self.entropy.rng());
        Ok(self.database.run(&Keep { of, shares, now: self.clock.now() }).await?)
    }
}

/// Two shares for each pair of holders; nothing for fewer than two.
fn split(
    of: StaffId,
    secret: &RecipientSecret,
    holders: &[(StaffId, Recipient)],
    rng: &mut impl rand::CryptoRng,
) -> Vec<ShareRow> {
    let mut shares = Vec::new();
    for (place, (one, one_key)) in holders.iter().enumerate() {
        for (other, other_key) in &holders[place + 1..] {
            let mut random: Share = Zeroizing::new([0; RECIPIENT_BYTES]);
            rng.fill_bytes(random.as_mut());
            let masked = xor(&random, secret.as_bytes());
            for (holder, pair, key, share) in [(one, other, one_key, &random), (other, one, other_key, &masked)] {
                let sealed = key.seal(&place_of(of, *holder, *pair), share.as_ref(), rng);
                shares.push(ShareRow { holder: *holder, other: *pair, sealed });
            }
        }
    }
    shares
}

/// Opens one's own share and seals it to the key of a recovery.
pub(super) fn pass_on(
    of: StaffId,
    row: &ShareRow,
    mine: &RecipientSecret,
    to: &Recipient,
    rng: &mut impl rand::CryptoRng,
) -> Option<ShareRow> {
    let place = place_of(of, row.holder, row.other);
    let share = mine.open(&place, &row.sealed).ok()?;
    Some(ShareRow { holder: row.holder, other: row.other, sealed: to.seal(&place, &share, rng) })
}

/// The secret out of shares that were passed on to this key, once those of a pair are among them; `check` tells the right one.
pub(super) fn join(
    of: StaffId,
    shares: &[ShareRow],
    with: &RecipientSecret,
    check: &[u8; CHECK_BYTES],
) -> Option<RecipientSecret> {
    let opened = |row: &ShareRow| -> Option<Share> {
        let plain = with.open(&place_of(of, row.holder, row.other), &row.sealed).ok()?;
        plain.as_slice().try_into().ok().map(Zeroizing::new)
    };
    for one in shares {
        let other = shares.iter().find(|other| other.holder == one.other && other.other == one.holder);
        let (Some(one), Some(other)) = (opened(one), other.and_then(opened)) else { continue };
        let secret = RecipientSecret::from_slice(xor(&one, &other).as_ref())?;
        if secret.check_value() == *check {
            return Some(secret);
        }
    }
    None
}

fn place_of(of: StaffId, holder: StaffId, other: StaffId) -> Vec<u8> {
    [b"rempart escrow", &of.as_bytes()[..], holder.as_bytes(), other.as_bytes()].concat()
}

fn xor(one: &[u8; RECIPIENT_BYTES], other: &[u8; RECIPIENT_BYTES]) -> Share {
    let mut both = Zeroizing::new(*one);
    both.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
    both
}

struct Keep {
    of: StaffId,
    shares: Vec<ShareRow>,
    now: Time,
}

impl Transact for Keep {
    const NAME: &'static str = "staff_escrow_keep";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::drop_shares_of(on, self.of).await?;
        for share in &self.shares {
            queries::insert_share(on, self.of, share).await?;
        }
        audit::record(on, self.now, self.of, acts::ESCROW_KEPT, Some(*self.of.as_bytes())).await
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    struct Hands {
        rng: StdRng,
        leads: Vec<(StaffId, RecipientSecret)>,
        person: (StaffId, RecipientSecret),
        shares: Vec<ShareRow>,
    }

    fn hands(leads: u8) -> Hands {
        let mut rng = StdRng::seed_from_u64(5);
        let mut pair = |number: u8| (StaffId::from_bytes([number; 16]), RecipientSecret::generate(&mut rng));
        let person = pair(100);
        let leads: Vec<_> = (1..=leads).map(pair).collect();
        let keys: Vec<_> = leads.iter().map(|(id, secret)| (*id, secret.public())).collect();
        let shares = split(person.0, &person.1, &keys, &mut rng);
        Hands { rng, leads, person, shares }
    }

    /// What these leads pass on to a recovery's key, and what comes of it.
    fn recovered(hands: &mut Hands, who: &[usize]) -> Option<RecipientSecret> {
        let link = RecipientSecret::generate(&mut hands.rng);
        let mut passed = Vec::new();
        for lead in who {
            let (id, secret) = &hands.leads[*lead];
            for row in hands.shares.iter().filter(|row| row.holder == *id) {
                passed.push(pass_on(hands.person.0, row, secret, &link.public(), &mut hands.rng).unwrap());
            }
        }
        join(hands.person.0, &passed, &link, &hands.person.1.check_value())
    }

    #[test]
    fn any_two_of_three_leads_have_the_secret_and_one_alone_has_nothing() {
        let mut hands = hands(3);
        assert_eq!(hands.shares.len(), 6);
        for pair in [[0, 1], [0, 2], [1, 2], [2, 0]] {
            let secret = recovered(&mut hands, &pair).unwrap();
            assert_eq!(secret.as_bytes(), hands.person.1.as_bytes(), "{pair:?}");
        }
        for alone in 0..3 {
            assert!(recovered(&mut hands, &[alone]).is_none());
        }
        assert!(recovered(&mut hands, &[0, 0]).is_none(), "the same twice is still one");
        assert!(recovered(&mut hands, &[0, 1, 2]).is_some());
    }

    #[test]
    fn nothing_is_split_for_fewer_than_two_leads() {
        assert!(hands(0).shares.is_empty() && hands(1).shares.is_empty() && hands(2).shares.len() == 2);
    }

    #[test]
    fn a_share_opens_for_its_lead_and_in_its_place_alone() {
        let mut hands = hands(2);
        let link = RecipientSecret::generate(&mut hands.rng).public();
        let row = hands.shares[0].clone();
        let (mine, theirs) = (&hands.leads[0].1, &hands.leads[1].1);
        assert!(pass_on(hands.person.0, &row, mine, &link, &mut hands.rng).is_some());
        assert!(pass_on(hands.person.0, &row, theirs, &link, &mut hands.rng).is_none());
        assert!(pass_on(StaffId::from_bytes([9; 16]), &row, mine, &link, &mut hands.rng).is_none());
        let moved = ShareRow { other: StaffId::from_bytes([3; 16]), ..row };
        assert!(pass_on(hands.person.0, &moved, mine, &link, &mut hands.rng).is_none());
    }
}

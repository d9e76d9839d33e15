//! How many a second on one core: `cargo run --release -p agetoken --example figures`. Each line says what was done, how often a second,
//! and how many bytes it moves.

use std::hint::black_box;
use std::time::Instant;

use agetoken::possession::{self, HolderKey};
use agetoken::{
    BATCH_REQUEST_BYTES, BATCH_RESPONSE_BYTES, BlindSigner, Challenge, Epoch, Gate, IssuerName, IssuerSecret, KeyEntry,
    KeyRing, Mode, Origin, REDEMPTION_BYTES, Redemption, SiteKey, TOKEN_BYTES, TOKEN_REQUEST_BYTES, Threshold, Wanted,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

/// Each thing is done for about so long.
const SECONDS: f64 = 2.0;

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let started = Instant::now();
    let secret = IssuerSecret::generate(&mut rng).expect("a key can be made");
    println!("make a key: {:.2} s", started.elapsed().as_secs_f64());

    let issuer: IssuerName = "issuer.example".parse().expect("a name");
    let epoch = Epoch(2_969);
    let challenge = Challenge::ahead(&issuer, epoch);
    let holder = HolderKey::generate(&mut rng);
    let public = holder.public();
    let wanted = Wanted::held(secret.public(), &challenge, &public, &mut rng).expect("the key is good");
    let signed = secret.sign(wanted.blinded(), &mut rng).expect("it is below the modulus");
    let token = wanted.finish(&signed).expect("signed by that key");

    let key = Box::new(secret.public().clone());
    let mut ring = KeyRing::new(issuer.clone());
    let entry = KeyEntry::Published { issuer, threshold: Threshold::Over18, epoch, key };
    ring.apply(&entry).expect("the first key");
    let origin: Origin = "https://site.example".parse().expect("an origin");
    let site = SiteKey::new(Zeroizing::new([7; 32]));
    let now = epoch.begins();
    let site_nonce = site.nonce([1; 11], Mode::Here, &origin, Threshold::Over18, now);
    let statement = possession::statement(&origin, &site_nonce, &token);
    let signature = holder.sign(&statement);
    let redemption = Redemption { token: token.clone(), public_key: public, site_nonce, signature };
    let gate = Gate { ring: &ring, site: &site, origin: &origin, threshold: Threshold::Over18 };

    let mut draw = StdRng::seed_from_u64(2);
    rate("holder: blind", TOKEN_REQUEST_BYTES, || {
        Wanted::held(secret.public(), &challenge, &public, &mut draw).is_ok()
    });
    rate("issuer: sign", 256, || secret.sign(wanted.blinded(), &mut rng).is_ok());
    rate("holder: finish", TOKEN_BYTES, || wanted.finish(&signed).is_ok());
    rate("holder: sign a redemption", REDEMPTION_BYTES, || black_box(holder.sign(&statement)).len() == 64);
    rate("site: verify a token", TOKEN_BYTES, || secret.public().has_signed(&token));
    rate("site: check a redemption", REDEMPTION_BYTES, || gate.check(&redemption, now).is_ok());
    println!("a batch: {BATCH_REQUEST_BYTES} bytes there, {BATCH_RESPONSE_BYTES} back");
}

fn rate(what: &str, bytes: usize, mut work: impl FnMut() -> bool) {
    let (started, mut times) = (Stopwatch::start(), 0_u32);
    while started.seconds() < SECONDS {
        black_box(work());
        times += 1;
    }
    println!("{what}: {:.0} a second, {bytes} bytes", f64::from(times) / started.seconds());
}

/// Time on the processor, or on the wall.
struct Stopwatch {
    wall: Instant,
    processor_nanos: Option<u64>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { wall: Instant::now(), processor_nanos: processor_nanos() }
    }

    fn seconds(&self) -> f64 {
        match (self.processor_nanos, processor_nanos()) {
            (Some(then), Some(now)) => (now - then) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

fn processor_nanos() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

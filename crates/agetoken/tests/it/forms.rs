//! Bytes and texts: what is read is written the same, and nothing else is read.

use agetoken::{
    AttesterKey, BATCH_REQUEST_BYTES, BATCH_TOKENS, BatchRequest, BatchResponse, BlindSigner, Challenge,
    ISSUER_NAME_BYTES_MAX, IssuerKey, IssuerName, KeyEntry, Malformed, ORIGIN_INFO_BYTES_MAX, Origin, Redemption,
    Threshold, Thresholds, Token, TokenRequest, Voucher, VoucherSigner, header,
};
use proptest::prelude::*;

use crate::support::{Asked, EPOCH, Holder, issuer, published, secret};

fn voucher() -> (AttesterKey, Voucher) {
    let signer = VoucherSigner::new(&[4; 32]);
    (signer.public(), signer.vouch([8; 32], Thresholds::reached_at(16), EPOCH.begins()))
}

#[test]
fn a_voucher_is_good_until_the_end_of_its_day_and_says_thresholds_only() {
    let (attester, voucher) = voucher();
    assert_eq!(voucher.reached().iter().map(Threshold::years).collect::<Vec<_>>(), [13, 15, 16]);
    let last = EPOCH.begins() + 86_399;
    assert!(voucher.is_good(&attester, last) && !voucher.is_good(&attester, last + 1));
    assert!(!voucher.is_good(&VoucherSigner::new(&[5; 32]).public(), last));
    let mut bytes = voucher.encode();
    bytes[41] |= 8;
    let raised = Voucher::decode(&bytes).unwrap();
    assert!(raised.reached().contain(Threshold::Over18) && !raised.is_good(&attester, last));
    assert_eq!(voucher.to_text().parse(), Ok(voucher.clone()));
    assert_eq!(attester.to_string().parse(), Ok(attester));
    bytes[41] = 16;
    assert_eq!(Voucher::decode(&bytes), Err(Malformed), "a fifth threshold");
}

#[test]
fn every_form_has_one_length() {
    let batch =
        BatchRequest { voucher: voucher().1, key_id: secret(0).public().id(), blinded: [[3; 256]; BATCH_TOKENS] };
    let bytes = batch.encode();
    assert_eq!((bytes.len(), BatchRequest::decode(&bytes).as_ref()), (BATCH_REQUEST_BYTES, Ok(&batch)));
    let redemption = Holder::over18(1).redeem(&Asked::over18_at("site.example")).encode();
    let token = Holder::over18(1).token.encode();
    let entry = published(Threshold::Over18, EPOCH, secret(1)).encode();
    assert_eq!(KeyEntry::decode(&entry), Ok(published(Threshold::Over18, EPOCH, secret(1))));
    let longer = |bytes: &[u8]| [bytes, &[0]].concat();
    for (bytes, reads) in [
        (bytes, (|bytes: &[u8]| BatchRequest::decode(bytes).is_ok()) as fn(&[u8]) -> bool),
        (BatchResponse([[3; 256]; BATCH_TOKENS]).encode(), |bytes| BatchResponse::decode(bytes).is_ok()),
        (redemption, |bytes| Redemption::decode(bytes).is_ok()),
        (token.to_vec(), |bytes| Token::decode(bytes).is_ok()),
        (entry, |bytes| KeyEntry::decode(bytes).is_ok()),
        (TokenRequest { truncated_key_id: 1, blinded: [2; 256] }.encode().to_vec(), |bytes| {
            TokenRequest::decode(bytes).is_ok()
        }),
        (voucher().1.encode().to_vec(), |bytes| Voucher::decode(bytes).is_ok()),
        (secret(0).public().spki().to_vec(), |bytes| IssuerKey::decode(bytes).is_ok()),
        (Challenge::ahead(&issuer(), EPOCH).encode(), |bytes| Challenge::decode(bytes).is_ok()),
    ] {
        assert!(reads(&bytes) && !reads(&longer(&bytes)) && !reads(&bytes[..bytes.len() - 1]) && !reads(&[]));
    }
}

#[test]
fn a_key_of_another_kind_is_no_key() {
    let good = secret(0).public().spki();
    let last = good.len() - 1;
    for (place, byte) in [(2, 0x02), (17, 0x31), (65, 0x31), (81, 0x7f), (last - 5, 0), (last, 3)] {
        let mut spki = *good;
        spki[place] = byte;
        assert_eq!(IssuerKey::decode(&spki), Err(Malformed), "byte {place}");
    }
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for good in [
        "https://site.example",
        "https://site.example:8443",
        "http://localhost:80 80".split(' ').next().unwrap(),
        "http://127.0.0.1:8080",
        "https://[2001:db8::1]",
        "https://xn--caf-dma.example",
    ] {
        let is_usual_port = good.ends_with(":80");
        assert_eq!(good.parse::<Origin>().is_ok(), !is_usual_port, "{good}");
    }
    for wrong in [
        "",
        "site.example",
        "https://",
        "http://site.example",
        "https://Site.example",
        "https://site.example/",
        "https://site.example:443",
        "https://site.example:0",
        "https://site.example:08",
        "https://a@site.example",
        "ftp://site.example",
        "https://site example",
        "https://[::1",
    ] {
        assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
    }
    assert_eq!("https://site.example:8443".parse::<Origin>().unwrap().host(), "site.example:8443");
}

#[test]
fn names_and_origins_of_a_challenge_have_limits() {
    let name = |bytes: usize| "a".repeat(bytes).parse::<IssuerName>();
    assert!(name(ISSUER_NAME_BYTES_MAX).is_ok() && name(ISSUER_NAME_BYTES_MAX + 1).is_err() && name(0).is_err());
    let origins = |bytes: usize| Challenge::on_demand(&issuer(), [1; 32], &"a".repeat(bytes));
    assert!(origins(ORIGIN_INFO_BYTES_MAX).is_ok() && origins(ORIGIN_INFO_BYTES_MAX + 1).is_err());
    assert!(origins(0).is_err(), "without an origin it would be good everywhere");
    assert!("Issuer.example".parse::<IssuerName>().is_err());
}

#[test]
fn headers_are_read_as_rfc_9577_and_rfc_9110_write_them() {
    let challenge = Challenge::on_demand(&issuer(), [1; 32], "site.example").unwrap();
    let key = secret(1).public();
    let header = header::www_authenticate(&challenge, key);
    assert!(header.starts_with("PrivateToken challenge=\"AAIADmlz"), "{header}");
    let expected = (challenge.clone(), Some(key.clone()));
    assert_eq!(header::parse_www_authenticate(&header), Ok(vec![expected.clone()]));
    let others = format!("Basic realm=\"a, b\", {header}, Bearer, privatetoken challenge=AAFx , max-age=10");
    assert_eq!(header::parse_www_authenticate(&others), Ok(vec![expected.clone()]));
    let twice = format!("{header}, {header}");
    assert_eq!(header::parse_www_authenticate(&twice), Ok(vec![expected.clone(), expected.clone()]));
    let many = [header.as_str(); header::CHALLENGES_MAX + 1].join(", ");
    assert_eq!(header::parse_www_authenticate(&many).unwrap().len(), header::CHALLENGES_MAX);
    for wrong in
        ["=", "PrivateToken challenge=\"abc", "PrivateToken challenge=a challenge=b", "a=b", "PrivateToken a=1, a=2"]
    {
        assert_eq!(header::parse_www_authenticate(wrong), Err(Malformed), "{wrong}");
    }
    let longest = format!("{header}{}", " ".repeat(header::HEADER_BYTES_MAX - header.len()));
    assert!(header::parse_www_authenticate(&longest).is_ok());
    assert_eq!(header::parse_www_authenticate(&format!("{longest} ")), Err(Malformed));

    let token = Holder::over18(1).token;
    let sent = header::authorization(&token);
    assert_eq!(header::parse_authorization(&sent), Ok(token.clone()));
    assert_eq!(header::parse_authorization(&sent.replace('"', "")), Ok(token.clone()));
    assert_eq!(header::parse_authorization(&sent.replace("==", "")), Ok(token));
    for wrong in ["", "Bearer abc", "PrivateToken", "PrivateToken token=\"\"", &format!("{sent}, {sent}")] {
        assert_eq!(header::parse_authorization(wrong), Err(Malformed), "{wrong}");
    }
}

#[test]
fn what_must_stay_secret_is_not_shown() {
    let holder = Holder::over18(1);
    let shown = format!("{:?} {:?} {:?} {:?}", holder.key, holder.token, voucher().1, secret(0));
    assert!(
        shown.starts_with("HolderKey(..) Token(..) Voucher({13, 15, 16}, ..) IssuerSecret(of IssuerKey("),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let bytes = [&[0, 2][..], &bytes].concat();
        if let Ok(challenge) = Challenge::decode(&bytes) {
            prop_assert_eq!(challenge.encode(), bytes);
        }
    }

    #[test]
    fn a_header_never_panics(text in "\\PC{0,200}") {
        let _ = header::parse_www_authenticate(&text);
        let _ = header::parse_authorization(&text);
    }
}

//! Notes and checkpoints: the example of the Go package that began them, and what is not believed.

use ledger::{Checkpoint, Cosigner, NOTE_BYTES_MAX, Note, NoteError, SIGNATURES_MAX, Signer, Tree, Verifier};
use proptest::prelude::*;

/// From the documentation of golang.org/x/mod/sumdb/note.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SAID: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNED: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem \
                      is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp\
                      RZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_that_go_signed_is_believed() {
    let verifier: Verifier = PETER.parse().unwrap();
    let note: Note = SIGNED.parse().unwrap();
    assert_eq!(note.signed_by(&verifier), Ok(SAID));
    assert_eq!((verifier.to_string().as_str(), note.to_string().as_str()), (PETER, SIGNED));
    let changed: Note = SIGNED.replace("don't", "do").parse().unwrap();
    assert_eq!(changed.signed_by(&verifier), Err(NoteError::Forged));
}

#[test]
fn a_checkpoint_is_signed_and_cosigned_and_each_signature_is_for_its_own_key() {
    let (log, other) =
        (Signer::new("log.example/keys", &[1; 32]).unwrap(), Signer::new("log.example/keys", &[2; 32]).unwrap());
    let mut tree = Tree::default();
    tree.push(b"entry");
    let checkpoint = Checkpoint::of("log.example/keys", &tree);
    let mut note = log.sign(&checkpoint.to_string());
    let witness = Cosigner::new("witness.example", &[3; 32]).unwrap();
    witness.cosign(&mut note, 1_796_000_000);

    let read: Note = note.to_string().parse().unwrap();
    assert_eq!(read.signed_by(&log.verifier()).unwrap().parse(), Ok(checkpoint));
    assert_eq!(read.cosigned_by(&witness.verifier()), Ok(1_796_000_000));
    assert_eq!(read.signed_by(&other.verifier()), Err(NoteError::Unsigned), "the same name, another key");
    assert_eq!(read.cosigned_by(&log.verifier()), Err(NoteError::Unsigned), "a signature is no cosignature");
    let verifier: Verifier = witness.verifier().to_string().parse().unwrap();
    assert_eq!(verifier, witness.verifier());
}

#[test]
fn a_second_signature_of_the_same_key_that_does_not_fit_spoils_the_note() {
    let log = Signer::new("log", &[1; 32]).unwrap();
    let (good, bad) = (log.sign("text\n").to_string(), log.sign("other\n").to_string());
    let line = bad.lines().last().unwrap();
    let both: Note = format!("{good}{line}\n").parse().unwrap();
    assert_eq!(both.signed_by(&log.verifier()), Err(NoteError::Forged));
}

#[test]
fn what_is_no_note_is_refused_and_so_is_one_past_the_limits() {
    let log = Signer::new("log", &[1; 32]).unwrap();
    let good = log.sign("text\n").to_string();
    for wrong in
        ["", "\n", "text\n", "text\n\n", "text\n\nlog abcd\n", &good[..good.len() - 1], &good.replace("text", "te\txt")]
    {
        assert_eq!(wrong.parse::<Note>(), Err(NoteError::Malformed), "{wrong:?}");
    }
    let line = good.lines().last().unwrap();
    let with = |lines: usize| format!("text\n\n{}", format!("{line}\n").repeat(lines));
    assert!(with(SIGNATURES_MAX).parse::<Note>().is_ok());
    assert_eq!(with(SIGNATURES_MAX + 1).parse::<Note>(), Err(NoteError::Malformed));
    let room = NOTE_BYTES_MAX - good.len();
    let long = |more: usize| log.sign(&format!("{}text\n", "a".repeat(room + more))).to_string();
    assert_eq!(long(0).len(), NOTE_BYTES_MAX);
    assert!(long(0).parse::<Note>().is_ok());
    assert_eq!(long(1).parse::<Note>(), Err(NoteError::Malformed));
}

#[test]
fn a_name_has_no_blanks_and_no_plus_and_an_end() {
    for wrong in ["", "a b", "a+b", "a\n", &"n".repeat(256)] {
        assert!(Signer::new(wrong, &[1; 32]).is_none(), "{wrong:?}");
    }
    assert!(Signer::new(&"n".repeat(255), &[1; 32]).is_some());
    for wrong in
        ["", "PeterNeumann", "PeterNeumann+c74f20a3", &PETER.replace("c74f", "c74e"), &PETER.replace("+AR", "+AQ")]
    {
        assert!(wrong.parse::<Verifier>().is_err(), "{wrong}");
    }
}

#[test]
fn what_is_no_checkpoint_is_refused_and_extensions_are_let_through() {
    let text = "log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!((checkpoint.size, checkpoint.to_string().as_str()), (7, text));
    assert_eq!(format!("{text}more\n").parse(), Ok(checkpoint));
    for wrong in [
        &text[..text.len() - 1],
        "log\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "\n7\nAA==\n",
        "log\n7\nAA==\n",
        "log\n-1\nAA==\n",
        &format!("{text}\n"),
    ] {
        assert!(wrong.parse::<Checkpoint>().is_err(), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_the_same(text in "\\PC{0,80}(\n\\PC{0,40}){0,4}") {
        if let Ok(note) = text.parse::<Note>() {
            prop_assert_eq!(note.to_string(), text);
        }
    }
}

//! What a notice must say, who may approve it, and that its text is fixed then.

use exchange::Class;
use server::removal::notices::{Event, NewNotice, NoticeError, State, URLS_PER_NOTICE_MAX, VALUE_CHARACTERS_MAX};
use server::removal::regimes::Field;

use super::ground::{ANN, BEN, FORM, Ground, PARTNER, new};
use crate::support::on_every_engine;

on_every_engine!(a_notice_is_approved_by_another_than_who_drafted_it, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = removal.draft(ANN, &new(PARTNER)).await.unwrap();
    assert!(matches!(removal.approve(ANN, id).await, Err(NoticeError::SamePerson)));
    assert_eq!(ground.state(id).await, State::Draft);
    removal.approve(BEN, id).await.unwrap();
    assert!(matches!(removal.approve(BEN, id).await, Err(NoticeError::NotNow(_))), "once");
    // Whoever changes a draft is who drafted it from then on.
    let id = removal.draft(ANN, &new(PARTNER)).await.unwrap();
    removal.redraft(BEN, id, &new(PARTNER)).await.unwrap();
    assert!(matches!(removal.approve(BEN, id).await, Err(NoticeError::SamePerson)));
    removal.approve(ANN, id).await.unwrap();
    assert!(matches!(removal.redraft(BEN, id, &new(PARTNER)).await, Err(NoticeError::NotNow(_))), "it is fixed");
});

on_every_engine!(what_a_regime_wants_is_checked_before_approval, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let mut without = new(FORM);
    without.values.remove(&Field::Reason);
    let id = removal.draft(ANN, &without).await.unwrap();
    let refused = removal.approve(BEN, id).await.unwrap_err();
    assert!(matches!(&refused, NoticeError::Missing(missing) if *missing == [Field::Reason]), "{refused}");
    // Who we are is filled in from the settings where the regime wants it.
    let adult = NewNotice { class: Class::Adult, ..new(FORM) };
    let id = removal.draft(ANN, &adult).await.unwrap();
    removal.approve(BEN, id).await.unwrap();
    let whole = removal.whole(ANN, id).await.unwrap();
    let content = whole.content.unwrap();
    assert_eq!(content.values[&Field::SenderName], "Example Hotline");
    assert!(content.letter.body.contains("Example Hotline"), "{}", content.letter.body);
    // A law that does not bind the platform, or not of this class, is no regime for it.
    for (platform, regime, class) in [
        ("tiktok", "take_it_down", Class::Minor),
        ("tiktok", "lcen", Class::Adult),
        ("tiktok", "nonsense", Class::Minor),
    ] {
        let wrong = NewNotice { regime: regime.to_owned(), class, ..new(platform) };
        assert!(matches!(removal.draft(ANN, &wrong).await, Err(NoticeError::WrongRegime(_))), "{regime}");
    }
    let unknown = new("nobody");
    assert!(matches!(removal.draft(ANN, &unknown).await, Err(NoticeError::UnknownPlatform(_))));
});

on_every_engine!(the_text_that_was_approved_is_the_one_whose_digest_the_log_holds, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let id = removal.draft(ANN, &new(FORM)).await.unwrap();
    assert_eq!(removal.whole(ANN, id).await.unwrap().digest, None, "nothing is stamped before");
    let seen = removal.whole(BEN, id).await.unwrap().content.unwrap();
    removal.approve(BEN, id).await.unwrap();
    let whole = removal.whole(BEN, id).await.unwrap();
    assert_eq!(whole.content.as_ref().unwrap().letter, seen.letter);
    assert_eq!(whole.digest, Some(seen.digest()));
    assert_eq!(whole.moments.iter().map(|moment| moment.event).collect::<Vec<_>>(), [Event::Approved]);
    let walked = server::removal::notices::walk(ground.node.database()).await.unwrap();
    assert_eq!(walked.lines, 1);
});

on_every_engine!(addresses_and_fields_are_taken_at_their_most_and_refused_past_it, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    let urls = |count: usize| NewNotice {
        urls: (0..count).map(|at| format!("https://www.tiktok.com/@a/video/{at}")).collect(),
        ..new(PARTNER)
    };
    assert!(removal.draft(ANN, &urls(URLS_PER_NOTICE_MAX)).await.is_ok());
    assert!(matches!(removal.draft(ANN, &urls(URLS_PER_NOTICE_MAX + 1)).await, Err(NoticeError::Urls)));
    assert!(matches!(removal.draft(ANN, &urls(0)).await, Err(NoticeError::Urls)));
    for wrong in ["http://127.0.0.1/x", "javascript:alert(1)", "tiktok", "https://intranet/x"] {
        let wrong = NewNotice { urls: vec![wrong.to_owned()], ..new(PARTNER) };
        assert!(matches!(removal.draft(ANN, &wrong).await, Err(NoticeError::Urls)));
    }
    let reason = |characters: usize| {
        let mut new = new(PARTNER);
        new.values.insert(Field::Reason, "é".repeat(characters));
        new
    };
    assert!(removal.draft(ANN, &reason(VALUE_CHARACTERS_MAX)).await.is_ok());
    let long = removal.draft(ANN, &reason(VALUE_CHARACTERS_MAX + 1)).await;
    assert!(matches!(long, Err(NoticeError::TooLong(Field::Reason))));
});

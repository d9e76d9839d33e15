//! What is kept of months that were folded is what the counts say, to whoever reads them anew.

use server::removal::notices::Answer;

use super::ground::{BEN, DAY, FORM, Ground, HOUR, PARTNER, beside};
use crate::support::on_every_engine;

on_every_engine!(scorecard_and_report_are_the_same_from_what_was_kept_and_read_anew, |engine| {
    let ground = Ground::new(engine).await;
    let removal = &ground.node.removal;
    for round in 0..6 {
        for platform in [PARTNER, FORM] {
            let id = ground.sent(platform).await;
            // Kept now, and something more happens in the same month.
            removal.scorecard().await.unwrap();
            ground.pass(5 * HOUR + round * DAY);
            removal.acknowledge(BEN, id).await.unwrap();
            removal.answer(BEN, id, Answer::Removed).await.unwrap();
        }
        let anew = beside(&ground.database, &ground.clock, |_| ()).await.removal;
        let score = removal.scorecard().await.unwrap();
        assert_eq!(score, anew.scorecard().await.unwrap(), "round {round}");
        assert_eq!(score[PARTNER].removed, round.unsigned_abs() + 1, "what happened just now is in it");
        for year in [2025, 2026] {
            assert_eq!(removal.yearly_report(year).await.unwrap(), anew.yearly_report(year).await.unwrap(), "{round}");
        }
        ground.pass(20 * DAY);
    }
    let report = removal.yearly_report(2026).await.unwrap();
    assert_eq!(report.all.sent, Some(12));
    assert_eq!(removal.yearly_report(2025).await.unwrap().all.sent, Some(0));
});

//! The pages on which people come in, and look after their account.
//!
//! | paths | for |
//! | --- | --- |
//! | `/staff/sign-in`, `/staff/invitation/{link}` | whoever asks |
//! | `/staff/on`, `/staff/factor`, `/staff/codes`, `/staff/sheet` | whoever gave the passphrase, until the session is whole |
//! | `/staff/recover`, `/staff/recovery/{link}`, `/staff/new-factor/{link}` | whoever forgot or lost something |
//! | `/staff/step-up`, `/staff/account`, .. | anyone who is signed in |
//! | `/desk/people`, `/desk/recoveries`, `/desk/log`, `/desk/hand-on` | leads, and partly administrators and analysts |

mod account;
mod codes;
mod factor;
mod halfway;
mod handing_on;
mod invitation;
mod log;
mod new_factor;
mod passkey;
mod passphrase;
mod people;
mod person;
mod recover;
mod recoveries;
mod sheet;
mod sign_in;
mod step_up;

use crate::desk::{Admitted, Desk, Entry};

pub(crate) fn desk(desk: Desk) -> Desk {
    desk.show("/staff/sign-in", sign_in::show)
        .change("/staff/sign-in", sign_in::answer)
        .change("/staff/sign-out", sign_in::sign_out)
        .show("/staff/on", halfway::go_on)
        .show("/staff/factor", factor::show)
        .change("/staff/factor", factor::answer)
        .show("/staff/codes", codes::show)
        .change("/staff/codes", codes::answer)
        .show("/staff/sheet", sheet::show)
        .change("/staff/sheet", sheet::answer)
        .show("/staff/invitation/{link}", invitation::show)
        .change("/staff/invitation/{link}", invitation::answer)
        .show("/staff/step-up", step_up::show)
        .change("/staff/step-up", step_up::answer)
        .show("/staff/account", account::show)
        .change("/staff/account/sessions", account::end_session)
        .change("/staff/account/notices", account::read_notices)
        .show("/staff/account/factor", codes::show_own)
        .change("/staff/account/factor", codes::answer_own)
        .show("/staff/account/factor/{id}", account::show_remove)
        .change("/staff/account/factor/{id}", account::remove_factor)
        .show("/staff/account/passphrase", passphrase::show_own)
        .change("/staff/account/passphrase", passphrase::answer_own)
        .show("/staff/passphrase", passphrase::show)
        .change("/staff/passphrase", passphrase::answer)
        .show("/staff/new-factor/{link}", new_factor::show)
        .change("/staff/new-factor/{link}", new_factor::answer)
        .show("/staff/recover", recover::show)
        .change("/staff/recover/sheet", recover::with_sheet)
        .change("/staff/recover/leads", recover::with_leads)
        .show("/staff/recovery/{link}", recover::show_standing)
        .change("/staff/recovery/{link}", recover::choose)
        .show("/desk/hand-on", handing_on::show)
        .change("/desk/hand-on", handing_on::hand_on)
        .entry(entry(|t| t.staff_hand_on(), "/desk/hand-on", Admitted::Analyst))
        .show("/desk/people", people::show)
        .show("/desk/people/invite", people::show_invite)
        .change("/desk/people/invite", people::invite)
        .show("/desk/people/{id}", person::show)
        .change("/desk/people/{id}/sessions", person::end_sessions)
        .show("/desk/people/{id}/end", person::show_end)
        .change("/desk/people/{id}/end", person::end)
        .show("/desk/people/{id}/role", person::show_role)
        .change("/desk/people/{id}/role", person::give_role)
        .show("/desk/people/{id}/factor", person::show_factor)
        .change("/desk/people/{id}/factor", person::factor)
        .entry(entry(|t| t.staff_people(), "/desk/people", Admitted::Manager))
        .show("/desk/recoveries", recoveries::show)
        .show("/desk/recoveries/{id}", recoveries::show_one)
        .change("/desk/recoveries/{id}", recoveries::approve)
        .entry(entry(|t| t.staff_recoveries(), "/desk/recoveries", Admitted::Lead))
        .show("/desk/log", log::show)
        .entry(entry(|t| t.staff_log(), "/desk/log", Admitted::Lead))
}

fn entry(label: fn(crate::http::locale::Texts) -> &'static str, path: &'static str, admits: Admitted) -> Entry {
    Entry { label, path, admits, count: None }
}

//! The pages on which people come in, and look after their account.
//!
//! | paths | for |
//! | --- | --- |
//! | `/staff/sign-in`, `/staff/invitation/{link}` | whoever asks |
//! | `/staff/on`, `/staff/factor`, `/staff/codes`, `/staff/sheet` | whoever gave the passphrase, until the session is whole |
//! | `/staff/step-up`, `/staff/account`, .. | anyone who is signed in |

mod account;
mod codes;
mod factor;
mod halfway;
mod invitation;
mod sheet;
mod sign_in;
mod step_up;

use crate::desk::Desk;

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
}

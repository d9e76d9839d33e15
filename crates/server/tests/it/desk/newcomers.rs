//! Files that came before a colleague: whoever can open them sees to it that the colleague can.

use server::access::staff::Role;

use super::{Filing, file, file_path, node_with_a_clock, picture, see, take, upload_to};
use crate::support::{on_every_engine, staff};

on_every_engine!(a_colleague_who_came_later_opens_files_once_they_were_handed_on, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (png, marks) = picture(21);
    let case = file(&node, Filing { marks, file: Some(png), ..Filing::default() }).await;
    let mut ben = staff(&node, Role::Analyst).await;
    let shut = ben.submit(&format!("{}/take", case.path()), &[]).await;
    assert!(shut.text.contains("This was not sealed to your key"), "{}", shut.text);
    let lacking = ann.page("/desk/hand-on?lang=en").await;
    assert!(lacking.text.contains("nor the files in them") && lacking.text.contains(&ben.name), "{}", lacking.text);
    ann.submit("/desk/hand-on", &[]).await;
    see(&mut ben, &case.path()).await;
    ben.submit(&format!("{}/back", case.path()), &[]).await;
    take(&mut ann, &case.path()).await;
    see(&mut ann, &case.path()).await;
});

on_every_engine!(whoever_takes_a_case_hands_its_files_on_to_all_who_read_here, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (png, marks) = picture(22);
    let mut case = file(&node, Filing { marks, ..Filing::default() }).await;
    // A page that was loaded before Ben came seals to Ann alone; what it sends arrives when he is there.
    let only = node.node.intake.recipients().await.unwrap();
    let mut ben = staff(&node, Role::Analyst).await;
    ann.submit("/desk/hand-on", &[]).await;
    upload_to(&mut case.browser, "/c", "/c/8", &png, &only).await;
    let page = take(&mut ben, &case.path()).await;
    let place = file_path(&page.text);
    let shut = ben.page(&place).await;
    assert!(shut.text.contains("This was not sealed to your key"), "{}", shut.text);
    ben.submit(&format!("{}/back", case.path()), &[]).await;
    take(&mut ann, &case.path()).await;
    ann.submit(&format!("{}/back", case.path()), &[]).await;
    take(&mut ben, &case.path()).await;
    see(&mut ben, &case.path()).await;
});

//! Looking at a file: known before shown, grey, blurred, sharp where it is held, counted, limited, and decoded where it can do
//! no harm.

use reqwest::Method;
use server::access::staff::Role;
use server::intake::Settings;

use super::{Filing, acts, file, file_path, look, node_with_a_clock, number, pass, picture, take};
use crate::support::{Engine, StaffBrowser, TestNode, on_every_engine, staff};

/// A case with this file, taken, and the path of its file's page.
async fn taken(node: &TestNode, who: &mut StaffBrowser, bytes: Vec<u8>) -> (String, String) {
    let path = file(node, Filing { file: Some(bytes), ..Filing::default() }).await.path();
    let page = take(who, &path).await.text;
    let file = file_path(&page);
    (path, file)
}

async fn bytes(
    who: &mut StaffBrowser,
    method: Method,
    path: &str,
    body: &'static str,
) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let token = who.form_token().await;
    let request = who.request(method, path).header("x-form", token).body(body);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
}

on_every_engine!(a_file_is_a_grey_blur_until_it_is_held_and_each_second_is_counted, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let mut ben = staff(&node, Role::Analyst).await;
    let (png, marks) = picture(3);
    let path = file(&node, Filing { marks, file: Some(png), ..Filing::default() }).await.path();
    let page = take(&mut ann, &path).await.text;
    let place = file_path(&page);
    let opened = ann.page(&place).await.text;
    assert!(opened.contains("It is picture 1 of this case"), "{opened}");
    assert!(!opened.contains("<img"), "there is nothing to save: {opened}");
    let (status, headers, blur) = bytes(&mut ann, Method::GET, &format!("{place}/blur"), "").await;
    assert_eq!(
        (status, &headers["content-type"], &headers["cache-control"]),
        (200, &"image/png".parse().unwrap(), &"no-store".parse().unwrap())
    );
    assert_eq!(headers["content-disposition"], "inline");
    let blurred = media::decode(&blur, &media::Limits::server()).unwrap();
    assert_eq!((blurred.width(), blurred.height(), blurred.is_grey()), (24, 18, true));
    assert_eq!(number(&node, "select count(*) from exposure").await, 0, "a blur costs nothing");
    let opened = acts(&node).await.iter().filter(|act| *act == "file.opened").count();
    assert_eq!(opened, 1, "T8: who opened it is in the log, once however often it is looked at");

    let (status, headers, tile) = bytes(&mut ann, Method::POST, &format!("{place}/look"), "cell=12").await;
    assert_eq!((status, &headers["cache-control"]), (200, &"no-store".parse().unwrap()));
    let tile = media::decode(&tile, &media::Limits::server()).unwrap();
    assert_eq!((tile.width(), tile.height(), tile.is_grey()), (128, 96, true), "two fifths of each side");
    for _ in 0..3 {
        assert_eq!(look(&mut ann, &place, 0).await, 200);
    }
    assert_eq!(number(&node, "select cast(sum(seconds) as bigint) from exposure").await, 4);
    assert!(ann.page("/desk/me").await.text.contains("Seen sharp today: 4\u{a0}s of 1\u{a0}h"));
    assert!(ben.page("/desk/me").await.text.contains("Seen sharp today: 0\u{a0}s"), "everybody sees their own");
    for wrong in ["25", "-1", "x"] {
        let refused = ann.post(&format!("{place}/look"), &[("cell", wrong)]).await;
        assert_eq!(refused.status, 410, "{wrong}");
    }
    // T8: nobody else's eyes, nor the same ones once it is put back.
    assert_eq!(look(&mut ben, &place, 0).await, 410);
    assert_eq!(ben.get(&format!("{place}/blur")).await.status, 410);
    ann.submit(&format!("{path}/back"), &[]).await;
    assert_eq!(look(&mut ann, &place, 0).await, 410);
    assert_eq!(number(&node, "select cast(sum(seconds) as bigint) from exposure").await, 4);
});

on_every_engine!(each_ones_mark_is_woven_into_what_they_see, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let (png, _) = picture(3);
    let (path, place) = taken(&node, &mut ann, png).await;
    ann.page(&place).await;
    let (_, _, first) = bytes(&mut ann, Method::POST, &format!("{place}/look"), "cell=12").await;
    let (_, _, again) = bytes(&mut ann, Method::POST, &format!("{place}/look"), "cell=12").await;
    assert_eq!(first, again);
    ann.submit(&format!("{path}/hand"), &[("to", &ben.id.to_string())]).await;
    ben.page(&place).await;
    let (status, _, other) = bytes(&mut ben, Method::POST, &format!("{place}/look"), "cell=12").await;
    assert_eq!(status, 200);
    assert_ne!(first, other, "it tells whose screen it was");
});

on_every_engine!(enough_is_enough_a_break_then_no_more_before_the_hotlines_midnight, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| {
        clock = Some(crate::support::manual(settings));
        settings.casework.exposure_soft_minutes = 1;
        settings.casework.exposure_hard_minutes = 2;
        settings.casework.break_minutes = 5;
        settings.casework.lease_minutes = 480;
    })
    .await;
    let clock = clock.unwrap();
    let link = node.node.intake.new_link(&node.operator).await.unwrap();
    let settings = Settings { upload_minor: true, ..Settings::default() };
    assert!(node.node.intake.choose(&link, &settings).await.unwrap());
    let mut ann = staff(&node, Role::Analyst).await;
    let (png, _) = picture(3);
    let (path, place) = taken(&node, &mut ann, png).await;
    ann.page(&place).await;
    for second in 0..60 {
        assert_eq!(look(&mut ann, &place, second % 25).await, 200, "{second}");
    }
    assert_eq!(look(&mut ann, &place, 1).await, 429, "a minute was seen");
    let rest = ann.page(&place).await.text;
    assert!(rest.contains("Stand up, walk"), "{rest}");
    assert!(ann.page(&path).await.text.contains("canary-of-the-story"), "what needs no looking stays open");
    pass(&clock, 5 * 60 - 1);
    assert_eq!(look(&mut ann, &place, 1).await, 205, "the preview was forgotten meanwhile");
    assert!(ann.page(&place).await.text.contains("Stand up, walk"));
    pass(&clock, 1);
    assert!(ann.page(&place).await.text.contains("id=\"looking\""));
    for second in 0..60 {
        assert_eq!(look(&mut ann, &place, second % 25).await, 200, "{second}");
    }
    assert_eq!(look(&mut ann, &place, 1).await, 429);
    pass(&clock, 3_600);
    ann.sign_in().await;
    let over = ann.page(&place).await.text;
    assert!(over.contains("That is enough for today"), "{over}");
    // Noon in Universal Time is 13:00 in Paris, where midnight comes eleven hours after that.
    clock.set("2026-11-21T22:59:59Z".parse().unwrap());
    ann.sign_in().await;
    take(&mut ann, &path).await;
    assert!(ann.page(&place).await.text.contains("That is enough for today"));
    clock.set("2026-11-21T23:00:00Z".parse().unwrap());
    take(&mut ann, &path).await;
    assert!(ann.page(&place).await.text.contains("id=\"looking\""), "another day");
    assert_eq!(look(&mut ann, &place, 1).await, 200);
    assert!(ann.page("/desk/me").await.text.contains("21\u{a0}November 2026"));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_a_file_that_means_harm_harms_its_own_process_alone() {
    let (node, _) = node_with_a_clock(Engine::Sqlite).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let mut cut = picture(3).0;
    cut.truncate(cut.len() / 2);
    // Says that it has four hundred million pixels.
    let mut boastful = picture(3).0;
    boastful[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
    boastful[20..24].copy_from_slice(&20_000_u32.to_be_bytes());
    let crc = crc32(&boastful[12..29]);
    boastful[29..33].copy_from_slice(&crc.to_be_bytes());
    for (bytes, said) in [
        (b"MZ\x90\x00 not a picture at all".to_vec(), "no picture that can be shown"),
        (vec![], "no picture that can be shown"),
        (cut, "no picture that can be shown"),
        (boastful, "too large to be shown"),
        ([&b"\0\0\0\x18ftypmp42"[..], &[0; 600_000]].concat(), "no picture that can be shown"),
    ] {
        let (path, place) = taken(&node, &mut ann, bytes).await;
        let refused = ann.page(&place).await.text;
        assert!(refused.contains(said), "{said}: {refused}");
        assert_eq!(look(&mut ann, &place, 1).await, 205);
        // It can be decided all the same.
        ann.submit(&format!("{path}/back"), &[]).await;
    }
    assert_eq!(number(&node, "select count(*) from exposure").await, 0);
}

/// CRC-32 as PNG has it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !sum
}

#[test]
fn t13_the_child_gives_up_files_environment_and_memory_before_it_reads() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_preview-child"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    into.write_all(b"x").unwrap();
    let limits = loop {
        // It limits itself first of all; until the program has come so far, the limits are ours.
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        if limits.lines().any(|line| line.starts_with("Max open files") && line.contains(" 3 ")) {
            break limits;
        }
        std::thread::yield_now();
    };
    for (what, most) in [
        ("Max cpu time", "10"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
        ("Max processes", "0"),
        ("Max address space", "1610612736"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(what)).unwrap();
        assert!(line[what.len()..].split_whitespace().next() == Some(most), "{line}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    drop(into);
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

on_every_engine!(leads_see_sums_of_whole_weeks_and_of_five_people_at_least, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let (png, _) = picture(3);
    let mut people = vec![];
    for _ in 0..5 {
        people.push(staff(&node, Role::Analyst).await);
    }
    let path = file(&node, Filing { file: Some(png), ..Filing::default() }).await.path();
    // In the first week four of them look, in the second all five, half a minute each.
    for looking in [4, 5] {
        for who in people.iter_mut().take(looking) {
            let page = take(who, &path).await.text;
            let place = file_path(&page);
            who.page(&place).await;
            for _ in 0..30 {
                assert_eq!(look(who, &place, 3).await, 200);
            }
            who.submit(&format!("{path}/back"), &[]).await;
        }
        pass(&clock, 7 * 86_400);
        for who in people.iter_mut().chain([&mut lead]) {
            who.sign_in().await;
        }
    }
    let page = lead.page("/desk/overview").await.text;
    let rows: Vec<&str> = page.split("<th scope=\"row\">").skip(1).take(2).collect();
    assert!(rows[0].contains("2 min"), "five times thirty seconds: {page}");
    assert!(rows[1].contains("fewer than 5 people"), "four looked: {page}");
    for one in &people {
        assert!(!page.contains(&one.name), "{page}");
    }
});

//! Which pages are asked for, and how long each took.

use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use server::removal::notices::month;

use crate::People;
use crate::real_cases::{Real, STORY, work_path};
use crate::speech::Speech;
use crate::support::{StaffBrowser, TestNode};

/// What came of the readings of one page.
struct Times {
    millis: Vec<f64>,
    bytes: usize,
}

impl Times {
    const fn new() -> Self {
        Self { millis: Vec::new(), bytes: 0 }
    }

    fn took(&mut self, begun: Instant) {
        self.millis.push(begun.elapsed().as_secs_f64() * 1e3);
    }
}

/// Asks for pages, and says how long each took.
pub(crate) struct Readings<'a> {
    /// What the database is.
    pub(crate) engine: &'a str,
    /// How often each page is asked for.
    pub(crate) each: usize,
}

impl Readings<'_> {
    /// One page, each time the one that `path` says.
    async fn of(&self, what: &str, who: &mut StaffBrowser, mut path: impl FnMut(&mut StdRng) -> String) {
        let (mut rng, mut times) = (StdRng::seed_from_u64(3), Times::new());
        for _ in 0..self.each {
            let path = path(&mut rng);
            let begun = Instant::now();
            let answer = who.get(&path).await;
            times.took(begun);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            times.bytes = times.bytes.max(answer.text.len());
        }
        self.print(what, times);
    }

    fn print(&self, what: &str, Times { mut millis, bytes }: Times) {
        millis.sort_by(f64::total_cmp);
        let of = |share: f64| millis[((millis.len() - 1) as f64 * share).ceil() as usize];
        let bytes = if bytes == 0 { String::new() } else { bytes.to_string() };
        println!("| {} | {what} | {:.1} | {:.1} | {:.1} | {bytes} |", self.engine, of(0.5), of(0.99), of(1.0));
    }
}

fn one<T: Copy>(of: &[T], rng: &mut StdRng) -> T {
    of[rng.random_range(0..of.len())]
}

pub(crate) async fn measure(readings: &Readings<'_>, node: &TestNode, people: &mut People, real: &Real) {
    let (ann, ben, console) = (&mut people.ann, &mut people.ben, &mut people.console);
    let speech = Speech(node.node.database());
    let mut places = vec![];
    for nth in 0..40 {
        let skipped = format!(
            "select place from work where stage = 0 order by place limit 1 offset
            (select count(*) from work where stage = 0) * {nth} / 40"
        );
        places.push(speech.number(&skipped).await);
    }
    let nowhere = "0".repeat(32);
    // As whoever has read on to the middle asks: ids are random, so half of them lie behind this one.
    let (middle, half) = ("7fffffffffffffffffffffffffffffff", "7fffffff-ffff-ffff-ffff-ffffffffffff");
    let now = node.node.clock.now();
    let weeks = |weeks: i64| now.plus_seconds(-weeks * 7 * 86_400).as_micros();
    let year = 1970 + month(now) / 12;

    readings.of("queue, first page", ann, |_| "/desk/queue/first".to_owned()).await;
    let far = |rng: &mut StdRng| format!("/desk/queue/first?after={}.{nowhere}", one(&places, rng));
    readings.of("queue, a page anywhere", ann, far).await;
    ben.submit("/desk/me", &[("out-0", "1"), ("out-2", "1")]).await;
    readings
        .of("queue of somebody who wants neither minors nor threats today", ben, |_| "/desk/queue/first".to_owned())
        .await;
    ben.submit("/desk/me", &[]).await;
    readings
        .of("second looks, nine in ten of which are not for whoever asks", ann, |_| "/desk/queue/second".to_owned())
        .await;
    let (mut times, mut taken) = (Times::new(), vec![]);
    for _ in 0..readings.each {
        let begun = Instant::now();
        let answer = ben.post("/desk/queue/first", &[]).await;
        times.took(begun);
        let path = answer.headers["location"].to_str().unwrap().to_owned();
        if !path.starts_with("/desk/work/") {
            // A small bank: nothing more is free.
            break;
        }
        taken.push(path);
    }
    readings.print("taking the next", times);
    for path in taken {
        ben.post(&format!("{path}/back"), &[]).await;
    }
    readings.of("what somebody has", ann, |_| "/desk/mine".to_owned()).await;
    for case in &real.held {
        // A lease ends after a while; what somebody has not is shown shut.
        ann.post(&format!("{}/take", work_path(*case)), &[]).await;
    }
    let shown = ann.get(&work_path(real.held[0])).await.text;
    assert!(shown.contains(STORY), "{shown}");
    readings.of("a case, opened", ann, |rng| work_path(one(&real.held, rng))).await;
    readings
        .of("its board, a dozen notices", ann, |rng| format!("/desk/notices/case/{}", one(&real.decided, rng)))
        .await;
    readings.of("what leads see", ben, |_| "/desk/overview".to_owned()).await;
    readings.of("notices: what waits, platforms, dead letters", ann, |_| "/desk/notices".to_owned()).await;
    readings.of("list: late, the first", ann, |_| "/desk/notices/in/late".to_owned()).await;
    readings
        .of("list: late, two weeks less", ann, |_| format!("/desk/notices/in/late?after={}.{nowhere}", weeks(2)))
        .await;
    readings.of("list: to be sent by hand", ann, |_| "/desk/notices/in/send".to_owned()).await;
    readings.of("list: to be looked at again", ann, |_| "/desk/notices/in/check".to_owned()).await;
    readings.of("list: removed, from the middle", ann, |_| format!("/desk/notices/in/removed?after=0.{middle}")).await;
    readings.of("one notice, opened", ann, |rng| format!("/desk/notices/of/{}", one(&real.notices, rng))).await;
    readings.of("crises", ann, |_| "/desk/crises".to_owned()).await;
    readings.of("scorecard", ann, |_| "/desk/scorecard".to_owned()).await;
    for (what, end) in [("page", ""), ("CSV", "/csv"), ("JSON", "/json")] {
        readings.of(&format!("yearly report, this year, {what}"), ann, |_| format!("/desk/report/{year}{end}")).await;
        readings
            .of(&format!("yearly report, last year, {what}"), ann, |_| format!("/desk/report/{}{end}", year - 1))
            .await;
    }
    readings.of("a platform's console: what waits", console, |_| "/console/notices".to_owned()).await;
    readings
        .of("a platform's console: what waits, from the middle", console, |_| format!("/console/notices?after={half}"))
        .await;
    readings
        .of("a platform's console: everything, from the middle", console, |_| {
            format!("/console/notices?all=1&after={half}")
        })
        .await;
    readings
        .of("a platform's console: one notice", console, |rng| {
            format!("/console/notices/{}", one(&real.of_partner, rng))
        })
        .await;
    follow_up(readings, node, real).await;
}

/// The page behind six words, in the browser in which they were given.
async fn follow_up(readings: &Readings<'_>, node: &TestNode, real: &Real) {
    let at = |path: &str| format!("{}{path}", node.base());
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("words", &real.words[0]).finish();
    let opened = node.http.post(at("/o")).body(body).send().await.unwrap();
    assert_eq!(opened.status().as_u16(), 303);
    let cookie = opened.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let mut times = Times::new();
    for _ in 0..readings.each {
        let begun = Instant::now();
        let answer = node.http.request(Method::GET, at("/c")).header(COOKIE, &cookie).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        times.bytes = times.bytes.max(answer.text().await.unwrap().len());
        times.took(begun);
    }
    readings.print("a person's own case, behind six words", times);
}

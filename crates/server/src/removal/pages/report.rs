//! `/desk/report/<year>`: what a trusted flagger publishes each year, as a page, as CSV and as JSON. Nothing small is in any.

use askama::Template;
use axum::extract::{Path, State as Taken};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Words;
use crate::access::staff::Analyst;
use crate::desk::{Frame, Refused, page};
use crate::http::locale::Texts;
use crate::node::Node;
use crate::removal::chart::{Bar, bars};
use crate::removal::scorecard::{ReportLine, SMALL, Shown};

/// Years that there is a report of.
const YEARS: std::ops::RangeInclusive<i16> = 2020..=2200;

struct Section {
    id: &'static str,
    title: &'static str,
    lines: Vec<(String, ReportLine)>,
}

#[derive(Template)]
#[template(path = "removal/pages/report.html")]
struct Report {
    frame: Frame,
    year: i16,
    all: ReportLine,
    sections: Vec<Section>,
    months: Vec<(u64, Shown)>,
    chart: String,
    lines: u64,
    link: String,
}

impl Report {
    /// A number that everybody may read, or that it is left out.
    fn cell(&self, shown: &Shown) -> String {
        said(self.frame.t, *shown)
    }
}

fn said(t: Texts, shown: Shown) -> String {
    shown.map_or_else(|| t.removal_report_left_out().to_owned(), |number| t.language.number(number))
}

pub(super) async fn show(who: Analyst, Taken(node): Taken<Node>, Path(year): Path<i16>) -> Result<Response, Refused> {
    let t = who.t();
    let words = Words(t);
    if !YEARS.contains(&year) {
        return Err(Refused::gone(t));
    }
    let report = node.removal.yearly_report(year).await?;
    let directory = node.removal.directory().await?;
    let named = |lines: Vec<ReportLine>, name: &dyn Fn(&str) -> String| -> Vec<(String, ReportLine)> {
        lines.into_iter().map(|line| (name(&line.key), line)).collect()
    };
    let class = |key: &str| if key == "minor" { t.removal_class_minor() } else { t.removal_class_adult() }.to_owned();
    let sections = vec![
        Section {
            id: "platforms",
            title: t.removal_report_by_platform(),
            lines: named(report.platforms, &|key| directory.name(key)),
        },
        Section { id: "classes", title: t.removal_report_by_class(), lines: named(report.classes, &class) },
        Section {
            id: "regimes",
            title: t.removal_report_by_regime(),
            lines: named(report.regimes, &|key| words.regime(key).to_owned()),
        },
    ];
    let months: Vec<(u64, Shown)> = (1..).zip(report.months).collect();
    let bar = |(month, shown): &(u64, Shown)| Bar { label: month.to_string(), value: *shown, said: said(t, *shown) };
    let drawn: Vec<Bar> = months.iter().map(bar).collect();
    let chart = bars(t.removal_report_chart(), t.removal_report_unit(), &drawn);
    let (lines, link) = (report.log.0.unsigned_abs(), exchange::hex::encode(&report.log.1));
    let frame = Frame::of(&node, &who, format!("/desk/report/{year}")).await?;
    page(t, &Report { frame, year, all: report.all, sections, months, chart, lines, link })
}

pub(super) async fn csv(who: Analyst, Taken(node): Taken<Node>, Path(year): Path<i16>) -> Result<Response, Refused> {
    if !YEARS.contains(&year) {
        return Err(Refused::gone(who.t()));
    }
    let text = node.removal.yearly_report(year).await?.csv();
    Ok(file("text/csv; charset=utf-8", format!("report-{year}.csv"), text))
}

pub(super) async fn json(who: Analyst, Taken(node): Taken<Node>, Path(year): Path<i16>) -> Result<Response, Refused> {
    if !YEARS.contains(&year) {
        return Err(Refused::gone(who.t()));
    }
    let text = node.removal.yearly_report(year).await?.json().to_string();
    Ok(file("application/json", format!("report-{year}.json"), text))
}

fn file(kind: &'static str, name: String, text: String) -> Response {
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, text).into_response()
}

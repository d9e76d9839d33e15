//! The hotline's time zone: which one a country has unless the operator says another, and what it is called on pages.

use jiff::tz::TimeZone;

use crate::http::locale::Language;

/// Zone of the IANA database, the country that has it, its city in English and in French.
type Zone = (&'static str, &'static str, &'static str, &'static str);

/// Countries with one zone, and of the others the one in which most people live.
const ZONES: &[Zone] = &[
    ("Europe/Paris", "FR", "Paris", "Paris"),
    ("Europe/Brussels", "BE", "Brussels", "Bruxelles"),
    ("Europe/Zurich", "CH", "Zurich", "Zurich"),
    ("Europe/Luxembourg", "LU", "Luxembourg", "Luxembourg"),
    ("Europe/Monaco", "MC", "Monaco", "Monaco"),
    ("Europe/London", "GB", "London", "Londres"),
    ("Europe/Dublin", "IE", "Dublin", "Dublin"),
    ("Europe/Berlin", "DE", "Berlin", "Berlin"),
    ("Europe/Vienna", "AT", "Vienna", "Vienne"),
    ("Europe/Amsterdam", "NL", "Amsterdam", "Amsterdam"),
    ("Europe/Madrid", "ES", "Madrid", "Madrid"),
    ("Europe/Lisbon", "PT", "Lisbon", "Lisbonne"),
    ("Europe/Rome", "IT", "Rome", "Rome"),
    ("Europe/Malta", "MT", "Malta", "Malte"),
    ("Europe/Copenhagen", "DK", "Copenhagen", "Copenhague"),
    ("Europe/Stockholm", "SE", "Stockholm", "Stockholm"),
    ("Europe/Oslo", "NO", "Oslo", "Oslo"),
    ("Europe/Helsinki", "FI", "Helsinki", "Helsinki"),
    ("Atlantic/Reykjavik", "IS", "Reykjavik", "Reykjavik"),
    ("Europe/Tallinn", "EE", "Tallinn", "Tallinn"),
    ("Europe/Riga", "LV", "Riga", "Riga"),
    ("Europe/Vilnius", "LT", "Vilnius", "Vilnius"),
    ("Europe/Warsaw", "PL", "Warsaw", "Varsovie"),
    ("Europe/Prague", "CZ", "Prague", "Prague"),
    ("Europe/Bratislava", "SK", "Bratislava", "Bratislava"),
    ("Europe/Budapest", "HU", "Budapest", "Budapest"),
    ("Europe/Ljubljana", "SI", "Ljubljana", "Ljubljana"),
    ("Europe/Zagreb", "HR", "Zagreb", "Zagreb"),
    ("Europe/Bucharest", "RO", "Bucharest", "Bucarest"),
    ("Europe/Sofia", "BG", "Sofia", "Sofia"),
    ("Europe/Athens", "GR", "Athens", "Athènes"),
    ("Asia/Nicosia", "CY", "Nicosia", "Nicosie"),
    ("Europe/Kyiv", "UA", "Kyiv", "Kyiv"),
    ("America/Toronto", "CA", "Toronto", "Toronto"),
    ("America/New_York", "US", "New York", "New York"),
    ("Australia/Sydney", "AU", "Sydney", "Sydney"),
    ("Pacific/Auckland", "NZ", "Auckland", "Auckland"),
    ("Africa/Casablanca", "MA", "Casablanca", "Casablanca"),
    ("Africa/Tunis", "TN", "Tunis", "Tunis"),
    ("Africa/Algiers", "DZ", "Algiers", "Alger"),
    ("Africa/Dakar", "SN", "Dakar", "Dakar"),
    ("Africa/Abidjan", "CI", "Abidjan", "Abidjan"),
];

/// Where nothing else is known.
const WORLD: &str = "UTC";

/// The name of a country's zone.
pub(super) fn of_country(country: &str) -> &'static str {
    ZONES.iter().find(|(_, code, ..)| *code == country).map_or(WORLD, |(zone, ..)| zone)
}

/// The zone of this name, if there is one.
pub(super) fn named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The city by which pages call it; `None` for what is no city's.
pub(crate) fn city(name: &str, language: Language) -> Option<String> {
    if let Some((_, _, en, fr)) = ZONES.iter().find(|(zone, ..)| *zone == name) {
        return Some(match language {
            Language::En => (*en).to_owned(),
            Language::Fr => (*fr).to_owned(),
        });
    }
    let (region, city) = name.rsplit_once('/')?;
    (!region.eq_ignore_ascii_case("Etc")).then(|| city.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_in_the_database_that_the_program_carries() {
        for (zone, country, ..) in ZONES {
            assert_eq!(named(zone).unwrap().iana_name(), Some(*zone));
            assert_eq!(of_country(country), *zone);
        }
        assert_eq!(of_country("ZZ"), WORLD);
        assert!(named(WORLD).is_some() && named("Europe/Nowhere").is_none());
    }

    #[test]
    fn a_zone_is_called_by_its_city_in_the_language_of_the_page() {
        assert_eq!(city("Europe/London", Language::Fr).as_deref(), Some("Londres"));
        assert_eq!(city("America/Port-au-Prince", Language::En).as_deref(), Some("Port-au-Prince"));
        assert_eq!(city("America/Argentina/Buenos_Aires", Language::En).as_deref(), Some("Buenos Aires"));
        assert_eq!((city("UTC", Language::En), city("Etc/GMT+3", Language::En)), (None, None));
    }
}

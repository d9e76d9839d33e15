use super::Place;

#[test]
fn the_demo_walks_the_whole_road_and_prints_every_figure() {
    let place = Place::new();
    for _ in 0..2 {
        // The second finds the folder of the first.
        let figures = place.run("demo --exit --json --count 3 --unrelated 4").json();
        assert_eq!(figures.len(), 1, "nothing but one line");
        let figures = &figures[0];
        let time = &figures["time_to_protection_ms"];
        let at = |name: &str| time[name].as_f64().unwrap();
        assert!(0.0 < at("p50") && at("p50") <= at("p99") && at("p99") <= at("max"), "{time}");
        assert!(figures["withdrawal_ms"].as_f64().unwrap() > 0.0);
        let alterations = figures["alterations"].as_array().unwrap();
        assert_eq!(alterations.len(), 14);
        for alteration in alterations {
            assert_eq!((&alteration["sent"], &alteration["mistaken"]), (&3.into(), &0.into()), "{alteration}");
        }
        for easy in ["jpeg-50", "half-size", "grey", "rotate-180", "mirror"] {
            let found = alterations.iter().find(|alteration| alteration["name"] == easy).unwrap();
            assert_eq!(found["matched"], 3, "{found}");
        }
        assert_eq!(figures["unrelated"], serde_json::json!({"sent": 4, "matched": 0}));
        assert_eq!(figures["outcomes"], 3);
    }
}

#[test]
fn the_demo_takes_pictures_of_ones_own_and_speaks_to_people() {
    let place = Place::new();
    place.picture("mine/a.jpg", 10);
    place.picture("mine/deeper/b.jpg", 11);
    place.write("mine/notes.txt", "no picture");
    let said = place.run("demo --exit --pictures mine --unrelated 0 --data show").good();
    for expected in
        ["2 pictures from mine (1 files there are no pictures", "rotate-90", "an entry carries views", "outcomes"]
    {
        assert!(said.contains(expected), "{expected:?} in {said}");
    }
}

#[test]
fn the_demo_leaves_a_folder_of_something_else_alone() {
    let place = Place::new();
    place.write("precious/node/thesis.txt", "years of work");
    let said = place.run("demo --exit --data precious --count 1").failed(1);
    assert!(said.contains("holds something that no demo made"), "{said}");
    assert!(place.path("precious/node/thesis.txt").exists());
}

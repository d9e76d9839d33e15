//! Who may do what: the table of routes, and every cell of it over HTTP.

use std::path::Path;

use reqwest::Method;
use server::access::staff::Role;
use server::desk::{Admitted, roles_table, routes};

use crate::support::{StaffBrowser, TestNode, on_every_engine, platform_staff, staff};

#[test]
fn the_table_of_roles_is_the_one_that_is_committed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/roles.md");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(committed, roles_table(), "run `cargo xtask generate` and commit docs/roles.md");
}

on_every_engine!(every_forbidden_cell_of_the_table_is_refused, |engine| {
    let node = TestNode::start(engine).await;
    let mut people = Vec::new();
    for role in Role::ALL {
        people.push(match role {
            Role::Platform => {
                node.partner("platform").await;
                let partner =
                    node.node.partners.list().await.unwrap().into_iter().find(|one| one.name == "platform").unwrap();
                platform_staff(&node, partner.id).await
            }
            role => staff(&node, role).await,
        });
    }
    let mut nobody = people[0].elsewhere();
    let mut refused = 0;
    for route in routes() {
        let path = filled(route.path);
        for person in &mut people {
            let answer = ask(person, route.method, &path).await;
            let is_refused = answer.status == 403 && answer.text.contains("data-refused=\"role\"");
            assert_eq!(
                is_refused,
                !route.admits.admits(person.role),
                "{route:?} as {:?}: {}",
                person.role,
                answer.status
            );
            refused += usize::from(is_refused);
        }
        if route.admits != Admitted::Anybody {
            let answer = ask(&mut nobody, route.method, &path).await;
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            assert!(answer.status == 303 && to.starts_with("/staff/sign-in?"), "{route:?}: {} {to}", answer.status);
        }
    }
    assert!(refused > 0, "the table forbids nothing to anybody");
});

/// A path with something in the place of each name: an id that nothing has.
fn filled(path: &str) -> String {
    let piece = |piece: &str| if piece.starts_with('{') { "0".repeat(32) } else { piece.to_owned() };
    path.split('/').map(piece).collect::<Vec<_>>().join("/")
}

/// Asks without a form's token, so that nothing is changed for whoever may: the right is checked before the form.
async fn ask(person: &mut StaffBrowser, method: &str, path: &str) -> crate::support::Answer {
    match method {
        "GET" => person.get(path).await,
        _ => {
            let request = person.request(Method::POST, path);
            person.send(request).await
        }
    }
}

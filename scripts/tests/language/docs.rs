//! What is told about the words is true and whole.

use signalbox_scripts::doc;

/// The page of all words is that of the program; `signalbox doc --page > docs/words.md` writes it anew.
#[test]
fn the_page_of_all_words_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/words.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == doc::page(), "docs/words.md is old: run `signalbox doc --page > docs/words.md`");
}

#[test]
fn every_node_of_the_shelf_is_a_word_with_all_of_its_parameters() {
    let docs = doc::all();
    for kind in signalbox_studio::shelf().kinds() {
        // These have words of their own, with other parameters.
        let own = match kind.name {
            "live" => "input",
            "player" | "bus" | "probe" => continue,
            name => name,
        };
        let told: Vec<_> = docs.iter().filter(|d| d.name == own).flat_map(|d| &d.parameters).collect();
        for parameter in kind.parameters.iter().filter(|_| own == kind.name) {
            let found = told.iter().find(|p| p[0] == parameter.name);
            let help = found.map(|p| p[2].as_str());
            assert_eq!(help, Some(parameter.help), "{}.{}", kind.name, parameter.name);
        }
    }
}

#[test]
fn a_word_is_told_about_and_a_misspelt_one_has_a_neighbour() {
    let text = doc::about("comp").unwrap();
    assert!(text.contains("threshold") && text.contains("-20.db, -80.db to 20.db"), "{text}");
    assert!(doc::about("ride").unwrap().contains("shape"));
    assert!(doc::about("cmop").unwrap_err().contains("did you mean `comp`?"));
}

/// What the page says how a word is called with its defaults, the language takes.
#[test]
fn the_signature_of_every_node_runs() {
    let project = crate::support::Project::new();
    for kind in signalbox_studio::shelf().kinds() {
        let Some(doc) = doc::all().into_iter().find(|d| d.group == "Nodes" && d.name == kind.name) else {
            continue;
        };
        project.build(&format!("{};", doc.signature)).unwrap_or_else(|e| panic!("{e}"));
    }
}

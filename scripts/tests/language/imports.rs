//! Scripts that import others of their folder.

use crate::support::{Project, listen, near};

const PARTS: &str = "// drums
fn tone(pitch) { osc(pitch, shape: \"sine\", level: -6.db) |> gain(gain: -6.db) }
fn wrong(x) { x |> gain(gian: 1.db) }
export const PITCH = 220.hz;";

#[test]
fn functions_and_constants_of_other_scripts_are_used() {
    let project = Project::new();
    std::fs::create_dir(project.folder().join("parts")).unwrap();
    std::fs::write(project.folder().join("parts/drums.rhai"), PARTS).unwrap();
    for name in ["parts/drums", "parts/drums.rhai"] {
        let source = format!(
            "import \"{name}\" as drums;\nlength(1.s); rate(16.khz);\ndrums::tone(drums::PITCH) |> master();"
        );
        let outcome = project.build(&source).unwrap_or_else(|e| panic!("{e}"));
        let x = listen(&outcome, "master fader", 0.5);
        near(
            "its level",
            f64::from(x.iter().fold(0.0f32, |m, x| m.max(x.abs()))),
            10f64.powf(-12.0 / 20.0),
            0.005,
        );
    }
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let project = Project::new();
    let put = |name: &str, text: &str| std::fs::write(project.folder().join(name), text).unwrap();
    put("drums.rhai", PARTS);
    put("broken.rhai", "let a = 1;\nfn f( { }");
    put("fails.rhai", "\nosc(freq: 3.db);");
    put("a.rhai", "import \"b\" as b;");
    put("b.rhai", "import \"a\" as a;");
    for (source, words) in [
        (
            "import \"drums\" as d;\nd::wrong(osc(1.hz));",
            &["test.rhai:2:", "in drums.rhai, line 3:", "did you mean `gain`?"][..],
        ),
        ("import \"broken\" as b;", &["broken.rhai:2:"]),
        ("import \"fails\" as f;", &["fails.rhai:2:5:", "3.db", "^"]),
        ("import \"a\" as a;", &["imports itself"]),
        ("import \"drmus\" as d;", &["there is no file \"drmus.rhai\"", "did you mean `drums.rhai`?"]),
        ("import \"../drums\" as d;", &["outside of the project's folder"]),
        ("import \"/etc/passwd\" as d;", &["outside of the project's folder"]),
    ] {
        let text = project.trouble(source);
        assert!(words.iter().all(|word| text.contains(word)), "{source}: {text}");
    }
}

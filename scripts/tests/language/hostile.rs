//! Scripts that want too much: each is stopped with an error, in time, and nothing outside its folder is touched.

use crate::support::{Project, script};
use signalbox_scripts::Mode;
use std::time::Duration;

/// A hundred ways to be a nuisance.
fn hostile() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |texts: &[&str]| all.extend(texts.iter().map(ToString::to_string));
    // Loops.
    add(&[
        "loop {}",
        "while true {}",
        "let i = 0; while i < 1 { i -= 1; }",
        "do { } while true",
        "let x = 0; loop { x = (x + 1) % 7; }",
        "for i in 0..9999999999 { }",
        "for i in range(0, 9999999999) { let y = i * 2; }",
        "let f = || { loop {} }; f.call();",
        "let n = 0; loop { n += sin(n); }",
        "loop { let a = [1, 2, 3].map(|x| x * 2); }",
        "loop { try { throw 1; } catch { } }",
        "loop { print(1 / 3.0); }",
        "every(1.us, |n| n, until: 100.s)",
        "every(0.s, |n| n)",
        "every(1.beat, |n| { loop {} })",
        "at(1.s, || { loop {} })",
        "seq(|| { loop { wait(1.ms); } })",
        "step(\"x\", || { loop {} })",
        "feedback(|y| { loop {} })",
        "loop { rand(); }",
        "let x = [1]; for i in x { loop {} }",
        "switch 1 { 1 => { loop {} } }",
        "let x = if true { loop {} } else { 2 };",
        "try { loop {} } catch { loop {} }",
        "sleep(100)",
        "sleep(0.5)",
        "let t = timestamp(); while t.elapsed < 100.0 { }",
    ]);
    // Recursion.
    add(&[
        "fn f() { f() } f()",
        "fn f(x) { g(x) } fn g(x) { f(x) } f(1)",
        "fn f(n) { f(n + 1) + f(n + 2) } f(0)",
        "fn f(n) { if n > 1000000 { 0 } else { f(n + 1) } } f(0)",
        "let f = |g| g.call(g); f.call(f)",
        "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(45)",
        "fn ack(m, n) { if m == 0 { n + 1 } else if n == 0 { ack(m - 1, 1) } else { ack(m - 1, ack(m, n - 1)) } } ack(4, 4)",
        "at(1.s, || at(1.s, || at(1.s, || { loop {} })))",
        "fn f() { at(1.s, || f()) } f()",
        "fn f() { feedback(|y| f()) } f()",
    ]);
    // Huge texts.
    add(&[
        "let s = \"x\"; loop { s += s; }",
        "let s = \"x\"; for i in 0..100 { s += s; }",
        "let s = `x`; loop { s = `${s}${s}`; }",
        "let s = \"\"; s.pad(100000000, 'x');",
        "let s = \"x\"; loop { s.replace(\"x\", \"xx\"); }",
        "let a = []; loop { a.push(\"0123456789\".repeat(100)); }",
        "let s = \"ab\"; for i in 0..20 { s += s; } s.split(\"\")",
        "let s = \"\"; loop { s += 'x'; }",
        "let s = \"x\"; loop { s = s.to_upper() + s; }",
        "let m = #{}; let s = \"k\"; loop { s += s; m[s] = s; }",
        "print(\"x\".pad(1000000000, \"x\"))",
        "let s = \"x\"; loop { s += `${s.len}`; }",
    ]);
    // Huge lists and maps.
    add(&[
        "let a = []; loop { a.push(1); }",
        "let a = [0]; loop { a += a; }",
        "let a = []; a.pad(100000000, 0);",
        "let a = []; loop { a = [a, a]; }",
        "let a = [[]]; loop { a.push(a); }",
        "let m = #{}; let i = 0; loop { i += 1; m[`${i}`] = i; }",
        "let m = #{a: 1}; loop { m = #{a: m, b: m}; }",
        "let b = blob(1000000000);",
        "let b = blob(10, 1); loop { b += b; }",
        "let a = range(0, 100000000).collect();",
        "let a = [1, 2, 3]; loop { a.insert(0, a.len()); }",
        "let a = []; for i in 0..100000 { a.push([i, i, i]); }",
        "let a = [1]; loop { a.append(a); }",
        "let a = [3, 1, 2]; loop { a.sort(|x, y| { a.push(1); 1 }); }",
        "mix([[[[[]]]]])",
    ]);
    // Depth.
    let deep = |open: &str, close: &str| format!("let x = {}1{};", open.repeat(2_000), close.repeat(2_000));
    all.extend([
        deep("(", ")"),
        deep("[", "]"),
        deep("#{a: ", "}"),
        deep("-", ""),
        deep("{", "}"),
        deep("!", ""),
    ]);
    all.extend([
        format!("let x = 1{};", " + 1".repeat(20_000)),
        format!("osc(220.hz){}", " |> gain(0.db)".repeat(20_000)),
        "if true { ".repeat(3_000),
        format!("f({}", "a: f(".repeat(5_000)),
        "`${".repeat(5_000),
        "fn a() { ".repeat(1_000),
        format!("let x = {};", "|y| ".repeat(2_000)),
        "x".repeat(2_000_000),
        (0..2_000).map(|i| format!("let v{i} = {i};")).collect(),
        (0..2_000).map(|i| format!("fn f{i}() {{ {i} }}\n")).collect(),
    ]);
    let mut add = |texts: &[&str]| all.extend(texts.iter().map(ToString::to_string));
    // Files and what lies outside.
    add(&[
        "player(\"../secret.wav\")",
        "player(\"/etc/passwd\")",
        "player(\"a/../../secret.wav\")",
        "player(\"link/secret.wav\")",
        "player(\"~/secret.wav\")",
        "player(\"C:\\\\secret.wav\")",
        "player(\"\\\\\\\\host\\\\share.wav\")",
        "player(\"/dev/zero\")",
        "player(\"/proc/self/mem\")",
        "player(\"file:///etc/passwd\")",
        "player(\"http://127.0.0.1/x.wav\")",
        "player(\"a\\0b.wav\")",
        "player(\"\")",
        "player(\".\")",
        "track(\"x\", file: \"../../../../etc/shadow\")",
        "import \"../secret\" as s;",
        "import \"/etc/passwd\" as s;",
        "import \"http://127.0.0.1/x\" as s;",
        "eval(\"loop {}\")",
        "eval(\"1 + 1\")",
        "open_file(\"x\")",
        "system(\"ls\")",
        "exec(\"ls\")",
        "env(\"HOME\")",
        "load(\"x\")",
    ]);
    // The patch itself.
    add(&[
        "loop { osc(220.hz) }",
        "for i in 0..1000000 { bus(`b${i}`) }",
        "let s = osc(1.hz); loop { s = s + s; }",
        "let s = osc(1.hz); loop { s = s |> gain(0.db); }",
        "let c = gain(0.db); loop { c = c |> c; }",
        "let c = [gain(0.db), gain(0.db)]; for i in 0..40 { c = [c, c]; } osc(1.hz) |> c",
        "fn f(y) { feedback(|z| f(z)) } f(1)",
        "bus(\"a.b/c\") |> master()",
        "length(1e300.s)",
        "rate(1.hz)",
        "tempo(0.bpm)",
        "meter(0, 0)",
        "bar(1e300)",
        "at(-1.s, || 1)",
        "osc((0.0 / 0.0).hz)",
        "reverb(decay: (1e300 * 1e300).s)",
        "noise(channels: 1e9)",
        "master().dip(-1e300.db, over: 1e300.s)",
    ]);
    all
}

/// Ways to hide a nuisance.
const DISGUISES: [&str; 10] = [
    "X",
    "tempo(120.bpm); osc(220.hz) |> master();\nX",
    "if true { X }",
    "for q in 0..1 { X }",
    "let h = || { X }; h.call();",
    "[1].map(|q| { X });",
    "at(1.s, || { X });",
    "def(\"d\", fade: 1.s, || { X });",
    "switch 1 { 1 => { X } }",
    "let h = #{ a: 1 }; while h.a == 1 { X }",
];

#[test]
fn hostile_scripts_are_stopped_in_half_a_second() {
    let mut all = hostile();
    assert!(all.len() >= 100, "{}", all.len());
    if std::env::var("SIGNALBOX_SOAK").is_ok() {
        let plain = all.clone();
        all.extend(DISGUISES[1..].iter().flat_map(|d| plain.iter().map(|x| d.replace('X', x))));
        assert!(all.len() >= 1_000, "{}", all.len());
    }
    let (first, second) = all.split_at(all.len() / 2);
    let bad: Vec<String> = std::thread::scope(|scope| {
        let halves = [first, second].map(|half| scope.spawn(move || nuisances(half)));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), all.len(), bad.join("\n"));
}

/// Those that are not stopped as they should be.
fn nuisances(all: &[String]) -> Vec<String> {
    let project = Project::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.wav"), b"RIFF").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), project.folder().join("link")).unwrap();
    let mut bad = Vec::new();
    for source in all {
        let start = cpu();
        let result = script(source).run(&project.settings(Mode::Run));
        let took = cpu() - start;
        let shown: String = source.chars().take(60).collect();
        match result {
            Ok(_) => bad.push(format!("runs: {shown}")),
            Err(trouble) if trouble.what.contains("broke a word") => bad.push(format!("panics: {shown}")),
            Err(_) => {}
        }
        if took > Duration::from_millis(500) {
            bad.push(format!("takes {took:?}: {shown}"));
        }
    }
    let left =
        std::fs::read_dir(project.folder()).unwrap().filter(|e| e.as_ref().unwrap().file_name() != "link");
    bad.extend(left.map(|e| format!("left behind: {e:?}")));
    bad
}

/// The time that this thread has computed: others may keep the machine busy meanwhile.
fn cpu() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// What builds much of words that each are small enough.
const GREEDY: &[&str] = &[
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { notes(notes: t + i) }",
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { set_meta(`${i}`, t + i) }",
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { bus(t + i) }",
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { set_title(t + i); annotate(osc(1.hz), t + i) }",
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { quiz(t + i, answer: 1) }",
    "let t = \"x\"; t.pad(60000, \"y\"); for i in 0..100000 { step(t + i, || 1) }",
    "let p = []; for i in 0..8000 { p.push([i, i]); } for i in 0..100000 { set_lane(\"a\" + i, p); }",
    "let p = []; for i in 0..8000 { p.push([i, i]); } for i in 0..9999 { add_node(`a${i}`, \"osc\"); set_lane(`a${i}.freq`, p); }",
    "let p = []; for i in 0..8000 { p.push([i, i]); } for i in 0..9999 { set_meta(`${i}`, p); }",
    "let p = []; for i in 0..8000 { p.push(#{\"time\": i, \"name\": \"a\"}); } for i in 0..9999 { set_meta(`${i}`, p); }",
    "let a = []; for i in 0..16000 { let t = \"x\"; t.pad(60000, \"y\"); a.push(|| t + i); }",
    "let a = []; for i in 0..16000 { let t = \"x\"; t.pad(60000, \"y\"); a.push(notes(notes: t)); }",
    "let a = []; for i in 0..16000 { let t = \"x\"; t.pad(60000, \"y\"); a.push(render(t + i + \".wav\")); }",
    "let m = osc(1.hz); every(1.ms, |n| { m.freq = n.hz; m.level = -n.db }, until: 100.s); loop { every(1.ms, |n| osc(n.hz), until: 100.s) }",
    "let s = osc(1.hz); let c = [gain(0.db), gain(0.db)]; loop { s = s |> c; }",
    "let b = []; loop { b.push(blob(16000)); }",
];

/// The name under which a process of its own runs one script.
const ONE: &str = "SIGNALBOX_GREEDY";

/// What a process of its own does; nothing where nobody asks.
#[test]
fn one_greedy_script() {
    let Some(source) = std::env::var(ONE).ok() else { return };
    let project = Project::new();
    let _ = script(&source).run(&project.settings(Mode::Build));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("peak {}", peak.trim().trim_end_matches(" kB"));
}

#[test]
#[cfg(target_os = "linux")]
fn greedy_scripts_stay_in_256_mib() {
    let all: Vec<String> = GREEDY.iter().map(ToString::to_string).chain(hostile()).collect();
    // Most of the others are told apart by their time already.
    let all = all.iter().filter(|source| source.len() < 100_000);
    let tried = if std::env::var("SIGNALBOX_SOAK").is_ok() { usize::MAX } else { GREEDY.len() + 8 };
    let mut bad = Vec::new();
    for source in all.take(tried) {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["hostile::one_greedy_script", "--exact", "--nocapture"]).env(ONE, source);
        let said = String::from_utf8(child.output().unwrap().stdout).unwrap();
        let peak = said.lines().find_map(|line| line.split("peak ").nth(1)?.trim().parse::<u64>().ok());
        let shown: String = source.chars().take(90).collect();
        match peak {
            Some(peak) if peak <= 256 * 1024 => {}
            peak => bad.push(format!("{peak:?} KiB: {shown}")),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

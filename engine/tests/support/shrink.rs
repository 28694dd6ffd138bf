//! Makes a patch that fails smaller, so that a person can read it.

use signalbox_engine::patch::{Graph, Patch, Voices};

/// The smallest patch that taking single things out leads to, and that still fails.
pub fn shrink(patch: &Patch, fails: impl Fn(&Patch) -> bool) -> Patch {
    let mut patch = patch.clone();
    loop {
        let Some(smaller) = candidates(&patch).into_iter().find(|p| *p != patch && fails(p)) else {
            return patch;
        };
        patch = smaller;
    }
}

/// The patch without one of its things, each.
fn candidates(patch: &Patch) -> Vec<Patch> {
    let mut all = Vec::new();
    for name in patch.subpatches.keys() {
        let mut smaller = patch.clone();
        smaller.subpatches.remove(name);
        all.push(smaller);
    }
    let scopes = std::iter::once(None).chain(patch.subpatches.keys().map(|n| Some(n.clone())));
    for scope in scopes {
        let Some(graph) = patch.scope(&scope) else { continue };
        let mut with = |change: &dyn Fn(&mut Graph)| {
            let mut smaller = patch.clone();
            change(match &scope {
                None => &mut smaller.graph,
                Some(name) => smaller.subpatches.get_mut(name).expect("a sub-patch"),
            });
            all.push(smaller);
        };
        for id in graph.nodes.keys() {
            with(&|g| {
                g.nodes.remove(id);
                g.cables.retain(|_, c| c.from.node != *id && c.to.node != *id);
                g.lanes.retain(|to, _| to.node != *id);
            });
        }
        for id in graph.cables.keys() {
            with(&|g| drop(g.cables.remove(id)));
            with(&|g| g.cables.get_mut(id).expect("a cable").gain = None);
        }
        for to in graph.lanes.keys() {
            with(&|g| drop(g.lanes.remove(to)));
        }
        for (id, node) in &graph.nodes {
            with(&|g| {
                let node = g.nodes.get_mut(id).expect("a node");
                (node.mute, node.bypass) = (false, false);
            });
            with(&|g| {
                let node = g.nodes.get_mut(id).expect("a node");
                let fewer = node.voices.and_then(|v| Voices::new(v.count() as u32 / 2).ok());
                node.voices = fewer;
            });
            for name in node.values.keys() {
                with(&|g| drop(g.nodes.get_mut(id).expect("a node").values.remove(name)));
            }
        }
    }
    all
}

//! What is turned by hand while a patch plays.

use super::*;

impl Player {
    /// Sets a parameter of a node, by the node's key and the parameter's index, in its base unit. It stays there until
    /// the patch says another value than it does now.
    pub fn knob(&mut self, key: &str, parameter: usize, value: f32) {
        if let Some(knobs) = self.publisher.current().and_then(|c| c.program.knobs(key)) {
            knobs.set(parameter, value);
            self.turned.insert((key.into(), parameter), value);
        }
    }

    /// Turns a parameter to a place in its range, 0 to 1, as its knob would; the text says why that can't be.
    pub fn turn(&mut self, to: &Endpoint, place: f32) -> Result<(), String> {
        let (key, index, parameter) = self.parameter(to)?;
        let Kind::Number { min, max, taper, .. } = parameter.kind else { return Err(fixed(to)) };
        let value = match taper {
            Taper::Linear => min + (max - min) * place,
            Taper::Logarithmic => min * (max / min).powf(place),
        };
        self.knob(&key, index, value);
        Ok(())
    }

    /// Sets a parameter as a patch would, to a number in its unit or a text with one; the text says why that can't be.
    pub fn write(&mut self, to: &Endpoint, value: &Value) -> Result<(), String> {
        let (key, index, parameter) = self.parameter(to)?;
        match parameter.read(value).map_err(|e| e.to_string())? {
            Setting::Number(value) if parameter.moves() => {
                self.knob(&key, index, value);
                Ok(())
            }
            _ => Err(fixed(to)),
        }
    }

    /// A parameter of what plays: its node's key, its index, and what it is.
    pub(super) fn parameter(&self, to: &Endpoint) -> Result<(String, usize, &'static Parameter), String> {
        let (key, name) = match to.port.rsplit_once('.') {
            Some((inside, parameter)) => (format!("{}/{}", to.node, inside.replace('.', "/")), parameter),
            None => (to.node.clone(), to.port.as_str()),
        };
        let node = self.last.as_ref().and_then(|l| l.compiled.flat.nodes.iter().find(|n| *n.key == *key));
        let declaration = node.map(|n| n.declaration).ok_or_else(|| format!("there is no node `{key}`"))?;
        let index = declaration.parameter(name).ok_or_else(|| {
            let near = nearest(name, declaration.parameters.iter().map(|p| p.name));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{key}` has no parameter `{name}`{near}")
        })?;
        Ok((key, index, &declaration.parameters[index]))
    }
}

fn fixed(to: &Endpoint) -> String {
    format!("{to} can't move while it plays; set it in the patch")
}

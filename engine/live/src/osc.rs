//! Open Sound Control over UDP: parameters and the transport from outside, and what plays to outside. Off unless it is
//! asked for, and then heard from this machine alone unless an address says otherwise.

use crate::stage::Stage;
use crate::wires::Order;
use rosc::{OscMessage, OscPacket, OscType, decoder, encoder};
use signalbox_engine::node::Value;
use signalbox_engine::patch::Endpoint;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// The first word of addresses that are about no node.
const OWN: &str = "signalbox";

/// How long a message is waited for.
const WAIT: Duration = Duration::from_millis(20);

/// What a bundle begins with, and how many a packet may have: reading one in another takes room.
const BUNDLE: &[u8] = b"#bundle\0";
const NESTED: usize = 64;

/// The longest packet of UDP.
const LONGEST: usize = 65_536;

/// What a message asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A parameter is set, to a number in its own unit or a text with one.
    Set(Endpoint, Value),
    /// The song goes on, or stands.
    Roll(bool),
    /// It goes to a place, in seconds.
    Seek(f64),
    /// The guard passes sound again.
    Unmute,
}

/// What a message asks for; the text says what is wrong with it.
pub fn read(message: &OscMessage) -> Result<Asked, String> {
    let wrong = |what: &str| format!("{}: {what}", message.addr);
    let words: Vec<&str> = message.addr.split('/').skip(1).collect();
    let number = || match message.args.first() {
        Some(OscType::Float(x)) => Some(f64::from(*x)),
        Some(OscType::Double(x)) => Some(*x),
        Some(OscType::Int(x)) => Some(f64::from(*x)),
        Some(OscType::Long(x)) => Some(*x as f64),
        _ => None,
    };
    match words.as_slice() {
        [OWN, "play"] => Ok(Asked::Roll(true)),
        [OWN, "stop"] => Ok(Asked::Roll(false)),
        [OWN, "unmute"] => Ok(Asked::Unmute),
        [OWN, "seek"] => {
            let seconds = number().filter(|s| s.is_finite());
            seconds.map(Asked::Seek).ok_or_else(|| wrong("say where, in seconds"))
        }
        [OWN, ..] => Err(wrong("there are play, stop, seek and unmute")),
        [node, rest @ ..] if !rest.is_empty() && !node.is_empty() => {
            let to = Endpoint { node: (*node).into(), port: rest.join(".") };
            let value = match message.args.first() {
                Some(OscType::String(text)) => Some(Value::from(text.as_str())),
                _ => number().filter(|x| x.is_finite()).map(Value::from),
            };
            value.map(|v| Asked::Set(to, v)).ok_or_else(|| wrong("say a number, or a text such as \"-6 dB\""))
        }
        _ => Err(wrong("an address is /node/parameter")),
    }
}

/// Where to listen, from `9000` or `192.168.1.5:9000`: this machine alone where no address says otherwise.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("`{text}` is no port such as 9000, and no address such as 127.0.0.1:9000");
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.to_socket_addrs().map_err(|_| wrong())?.next().ok_or_else(wrong)
}

/// A socket for messages in and out.
pub struct Osc {
    socket: UdpSocket,
    to: Option<SocketAddr>,
    packet: Vec<u8>,
}

impl Osc {
    /// Listens at an address (nowhere if none is given), and sends to another.
    pub fn new(from: Option<SocketAddr>, to: Option<SocketAddr>) -> io::Result<Self> {
        let any = |to: SocketAddr| match to {
            SocketAddr::V4(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
            SocketAddr::V6(_) => SocketAddr::from(([0u16; 8], 0)),
        };
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let socket = UdpSocket::bind(from.or(to.map(any)).unwrap_or(loopback))?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, to, packet: vec![0; LONGEST] })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Does what messages ask that have come, for a fiftieth of a second at most; gives what was wrong with them.
    pub fn obey(&mut self, stage: &Stage) -> Vec<String> {
        let start = std::time::Instant::now();
        let mut wrong = Vec::new();
        while start.elapsed() < WAIT
            && let Ok((length, _)) = self.socket.recv_from(&mut self.packet)
        {
            for asked in open(&self.packet[..length]) {
                wrong.extend(asked.and_then(|asked| obey(asked, stage)).err());
            }
        }
        wrong
    }

    /// Sends numbers under an address of [`OWN`]. What nobody takes is lost.
    pub fn tell(&self, name: &str, numbers: &[f32]) {
        let Some(to) = self.to else { return };
        let message = OscMessage {
            addr: format!("/{OWN}/{name}"),
            args: numbers.iter().map(|&x| OscType::Float(x)).collect(),
        };
        if let Ok(bytes) = encoder::encode(&OscPacket::Message(message)) {
            let _ = self.socket.send_to(&bytes, to);
        }
    }
}

/// What the messages of a packet ask for, or what is wrong with them.
fn open(packet: &[u8]) -> Vec<Result<Asked, String>> {
    if packet.windows(BUNDLE.len()).filter(|w| *w == BUNDLE).count() > NESTED {
        return vec![Err(format!("a packet with more than {NESTED} bundles is left out"))];
    }
    let (mut all, mut waiting) = (Vec::new(), Vec::new());
    match decoder::decode_udp(packet) {
        Ok((_, packet)) => waiting.push(packet),
        Err(error) => all.push(Err(format!("this is no OSC: {error}"))),
    }
    while let Some(packet) = waiting.pop() {
        match packet {
            OscPacket::Message(message) => all.push(read(&message)),
            OscPacket::Bundle(bundle) => waiting.extend(bundle.content.into_iter().rev()),
        }
    }
    all
}

fn obey(asked: Asked, stage: &Stage) -> Result<(), String> {
    match asked {
        Asked::Roll(rolls) => stage.order(Order::Roll(rolls)),
        Asked::Seek(seconds) => stage.seek(seconds),
        Asked::Unmute => stage.order(Order::Unmute),
        Asked::Set(to, value) => stage.turn(to, value)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosc::{OscBundle, OscTime};

    fn ask(addr: &str, args: Vec<OscType>) -> Result<Asked, String> {
        read(&OscMessage { addr: addr.into(), args })
    }

    #[test]
    fn an_address_is_a_parameter() {
        let to = |node: &str, port: &str| Endpoint { node: node.into(), port: port.into() };
        let set = |a: Result<Asked, String>| a.expect("it can be read");
        assert_eq!(
            set(ask("/lead/cutoff", vec![OscType::Float(440.0)])),
            Asked::Set(to("lead", "cutoff"), Value::from(440.0))
        );
        assert_eq!(
            set(ask("/verse/lead/gain", vec![OscType::String("-6 dB".into())])),
            Asked::Set(to("verse", "lead.gain"), Value::from("-6 dB"))
        );
        assert_eq!(set(ask("/signalbox/seek", vec![OscType::Int(3)])), Asked::Seek(3.0));
        for (addr, args) in
            [("/lead", vec![]), ("lead", vec![]), ("/lead/gain", vec![]), ("/signalbox/x", vec![])]
        {
            assert!(ask(addr, args).is_err(), "{addr}");
        }
        assert!(ask("/lead/gain", vec![OscType::Float(f32::NAN)]).is_err());
    }

    #[test]
    fn a_port_alone_is_this_machine_alone() {
        assert!(address("9000").expect("a port").ip().is_loopback());
        assert_eq!(address("10.0.0.1:9").expect("an address").to_string(), "10.0.0.1:9");
        assert!(address("nine").is_err());
    }

    #[test]
    fn bundles_are_read_in_order_and_no_bytes_do_harm() {
        let message = |addr: &str| {
            OscPacket::Message(OscMessage { addr: addr.into(), args: vec![OscType::Float(1.0)] })
        };
        let bundle = |content| {
            OscPacket::Bundle(OscBundle { timetag: OscTime { seconds: 0, fractional: 1 }, content })
        };
        let inner = bundle(vec![message("/b/gain"), message("/c/gain")]);
        let good = encoder::encode(&bundle(vec![message("/a/gain"), inner, message("/d/gain")]));
        let good = good.expect("it can be written");
        let nodes = |packet: &[u8]| -> Vec<String> {
            let node = |asked| if let Ok(Asked::Set(to, _)) = asked { Some(to.node) } else { None };
            open(packet).into_iter().filter_map(node).collect()
        };
        assert_eq!(nodes(&good), ["a", "b", "c", "d"]);
        // As deep as a packet of UDP can hold them.
        let mut deep = Vec::new();
        for left in (0..3_000u32).rev() {
            deep.extend_from_slice(BUNDLE);
            deep.extend_from_slice(&[0; 8]);
            deep.extend_from_slice(&(left * 20).to_be_bytes());
        }
        assert!(open(&deep)[0].as_ref().is_err_and(|why| why.contains("bundles")));
        // Every bit of it turned, every length, and noise (splitmix64: Steele, Lea, Flood 2014).
        for at in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[at / 8] ^= 1 << (at % 8);
            let _ = (open(&bad), open(&good[..at / 8]));
        }
        let mut state = 1u64;
        for length in 0..20_000 {
            let noise: Vec<u8> = (0..length % 300)
                .map(|_| {
                    state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    b"/#,ifsbTa\0\0bundle"[(z >> 33) as usize % 17] ^ u8::from(z.is_multiple_of(97))
                })
                .collect();
            let _ = open(&noise);
        }
    }
}

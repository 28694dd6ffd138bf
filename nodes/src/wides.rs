//! The field `wide` of a declaration.

/// Makes the field `wide` of a declaration from an expression for a kernel, in which `L` is the lane type; the
/// expression may leave with `?`. `heavy` and `light` are those of [`Wides`](signalbox_engine::node::Wides).
macro_rules! wides {
    (heavy, $setup:pat => $kernel:expr) => {
        $crate::wides!(true, $setup => $kernel)
    };
    (light, $setup:pat => $kernel:expr) => {
        $crate::wides!(false, $setup => $kernel)
    };
    ($heavy:literal, $setup:pat => $kernel:expr) => {
        Some(signalbox_engine::node::Wides {
            four: $crate::wides!(lanes 4, $setup => $kernel),
            eight: $crate::wides!(lanes 8, $setup => $kernel),
            sixteen: $crate::wides!(lanes 16, $setup => $kernel),
            heavy: $heavy,
        })
    };
    (lanes $lanes:literal, $setup:pat => $kernel:expr) => {
        |$setup: &signalbox_engine::node::Setup| {
            #[allow(dead_code, reason = "kernels without state need not name their lanes")]
            type L = signalbox_engine::node::Wide<f32, $lanes>;
            Ok(signalbox_engine::node::host::<L, _>($kernel))
        }
    };
}

pub(crate) use wides;

mod codecs;
mod damage;
mod errors;
mod pieces;

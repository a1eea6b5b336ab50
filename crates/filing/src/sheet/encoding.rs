//! The encoding of text files: UTF-8 or GB18030, told apart by the whole content, or what the byte order mark says, such as
//! UTF-16 of Excel's "Unicode text".
//!
//! A file of a few Chinese words can be valid in both; UTF-8 is asked first, since GB18030 text is hardly ever valid UTF-8
//! by chance, while the reverse happens easily.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The encoding in which the whole content decodes, if any.
///
/// # Errors
/// When the content cannot be read.
pub(super) fn detect(
    mut open: impl FnMut() -> io::Result<Box<dyn Read>>,
) -> io::Result<Option<&'static Encoding>> {
    let mut mark = [0; 3];
    let mut beginning = open()?;
    let mut count = 0;
    while let more @ 1.. = beginning.read(mark.get_mut(count..).unwrap_or_default())? {
        count += more;
    }
    if let Some((encoding, _)) = Encoding::for_bom(mark.get(..count).unwrap_or_default()) {
        return Ok(decodes(open()?, encoding)?.then_some(encoding));
    }
    for encoding in [UTF_8, GB18030] {
        if decodes(open()?, encoding)? {
            return Ok(Some(encoding));
        }
    }
    Ok(None)
}

fn decodes(source: impl Read, encoding: &'static Encoding) -> io::Result<bool> {
    let mut text = Transcoder::new(source, encoding);
    let mut sink = vec![0_u8; CHUNK_BYTES];
    loop {
        match text.read(&mut sink) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// Reads a source in some encoding as UTF-8, without its byte order mark. Bytes that do not decode are an error of kind
/// [`io::ErrorKind::InvalidData`]; nothing is ever replaced.
pub(super) struct Transcoder<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    text: Vec<u8>,
    text_at: usize,
    ended: bool,
    done: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            raw_at: 0,
            text: Vec::new(),
            text_at: 0,
            ended: false,
            done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw_at >= self.raw.len() && !self.ended {
            self.raw.resize(CHUNK_BYTES, 0);
            let count = self.source.read(&mut self.raw)?;
            self.raw.truncate(count);
            self.raw_at = 0;
            self.ended = count == 0;
        }
        // Three bytes of UTF-8 for one of the source is more than any legacy encoding needs, and a few for what the
        // decoder has kept back.
        self.text.resize(CHUNK_BYTES * 3 + 16, 0);
        let raw = self.raw.get(self.raw_at..).unwrap_or_default();
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, self.ended);
        self.raw_at += read;
        self.text.truncate(written);
        self.text_at = 0;
        match result {
            DecoderResult::InputEmpty => {
                self.done = self.ended;
                Ok(())
            }
            DecoderResult::OutputFull => Ok(()),
            DecoderResult::Malformed(..) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "bytes that are no text"))
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.text_at >= self.text.len() {
            if self.done {
                return Ok(0);
            }
            self.refill()?;
        }
        let ready = self.text.get(self.text_at..).unwrap_or_default();
        let count = ready.len().min(into.len());
        if let (Some(from), Some(to)) = (ready.get(..count), into.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.text_at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(String, &'static str)> {
        let owned = bytes.to_vec();
        let encoding = detect(|| Ok(Box::new(io::Cursor::new(owned.clone())))).unwrap()?;
        let mut text = String::new();
        Transcoder::new(bytes, encoding).read_to_string(&mut text).unwrap();
        Some((text, encoding.name()))
    }

    #[test]
    fn utf_8_and_gb18030_are_told_apart() {
        let (gbk, _, _) = GB18030.encode("商品条码,面膜");
        assert_eq!(read("商品条码".as_bytes()), Some(("商品条码".into(), "UTF-8")));
        assert_eq!(read("\u{feff}商品条码".as_bytes()), Some(("商品条码".into(), "UTF-8")));
        assert_eq!(read(&gbk), Some(("商品条码,面膜".into(), "gb18030")));
        assert_eq!(read(b"a\xFF\xFFb"), None);
        assert_eq!(read(b"\xFF\xFE\x61\x67"), Some(("条".into(), "UTF-16LE")));
        assert_eq!(read(b"\xFE\xFF\x67\x61"), Some(("条".into(), "UTF-16BE")));
        assert_eq!(read(b"\xFF\xFE\x42"), None);
    }

    #[test]
    fn a_letter_across_two_chunks_is_whole() {
        let long = format!("a{}", "码".repeat(CHUNK_BYTES));
        assert_eq!(read(long.as_bytes()), Some((long.clone(), "UTF-8")));
        let (gbk, _, _) = GB18030.encode(&long);
        assert_eq!(read(&gbk), Some((long, "gb18030")));
    }

    #[test]
    fn a_letter_cut_off_at_the_end_is_no_text() {
        assert_eq!(read(b"a\x81"), None);
    }
}

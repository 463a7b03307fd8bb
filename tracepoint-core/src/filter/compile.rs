//! From what a predicate means to a program, checked against the fields of an event.

use std::ops::{Range, RangeInclusive};

use super::error::Problem;
use super::parse::{Comparison, Expr, Is, Literal, LiteralValue, Test};
use super::program::{self, ACCEPT, CONSTANT_WORDS, MAX_PATH, MAX_TESTS, Program, REJECT, What};
use super::shape::{Kind, Shape};

pub(super) fn compile<S: Shape>(expr: &Expr, fields: &[(&str, &S)]) -> Result<Program, Problem> {
    let program = Program { tests: Vec::new(), constants: Vec::new() };
    let mut compiler = Compiler { fields, program };
    // From the end to the start, so that each test knows where the next ones are.
    let first = compiler.expr(expr, ACCEPT, REJECT)?;
    debug_assert_eq!(usize::from(first) + 1, compiler.program.tests.len());
    compiler.reverse();
    Ok(compiler.program)
}

struct Compiler<'a, S> {
    fields: &'a [(&'a str, &'a S)],
    program: Program,
}

impl<'a, S: Shape> Compiler<'a, S> {
    /// Compiles an expression; returns where it begins.
    fn expr(&mut self, expr: &Expr, then: u8, otherwise: u8) -> Result<u8, Problem> {
        match expr {
            Expr::Not(of) => self.expr(of, otherwise, then),
            Expr::And(first, second) => {
                let second = self.expr(second, then, otherwise)?;
                self.expr(first, second, otherwise)
            }
            Expr::Or(first, second) => {
                let second = self.expr(second, then, otherwise)?;
                self.expr(first, then, second)
            }
            Expr::Test(test) => self.test(test, then, otherwise),
        }
    }

    /// Tests were added from the last to the first.
    fn reverse(&mut self) {
        let last = self.program.tests.len() as u8 - 1;
        let turn = |target: &mut u8| {
            if *target <= last {
                *target = last - *target;
            }
        };
        self.program.tests.reverse();
        for test in &mut self.program.tests {
            turn(&mut test.then);
            turn(&mut test.otherwise);
        }
    }

    fn test(&mut self, test: &Test, then: u8, otherwise: u8) -> Result<u8, Problem> {
        if self.program.tests.len() == MAX_TESTS {
            return Err(Problem::new(
                test.at.clone(),
                format!("more than {MAX_TESTS} tests in one predicate"),
            ));
        }
        let (path, ty) = self.resolve(&test.path)?;
        let (what, constant) = match &test.is {
            Is::Present => (What::new(What::PRESENT, Comparison(0)), 0),
            _ if test.is_len => self.len(test, ty)?,
            Is::True => match ty.kind() {
                Kind::Bool => (What::new(What::UINT, Comparison(Comparison::EQUAL)), 1),
                _ => return Err(mismatch(&test.at, ty)),
            },
            Is::Compared(comparison, literal) => self.compared(*comparison, literal, ty)?,
            Is::StartingWith(literal) => {
                let bytes = starting_bytes(literal, ty)?;
                (What::new(What::START, Comparison(0)), self.constant(&bytes, &literal.at)?)
            }
        };
        let mut indices = [0; MAX_PATH];
        indices[..path.len()].copy_from_slice(&path);
        self.program.tests.push(program::Test {
            path: indices,
            path_len: path.len() as u8,
            what,
            then,
            otherwise,
            constant,
        });
        Ok(self.program.tests.len() as u8 - 1)
    }

    /// Indices of a path, and the type at its end.
    fn resolve(&self, path: &[(String, Range<usize>)]) -> Result<(Vec<u8>, &'a S), Problem> {
        let mut fields = self.fields.to_vec();
        let mut indices = Vec::new();
        let mut path = path.iter().peekable();
        while let Some((name, at)) = path.next() {
            let Some(index) = fields.iter().position(|field| field.0 == name) else {
                let message = format!("there is no field '{name}'; there are: {}", names(&fields));
                return Err(Problem::new(at.clone(), message));
            };
            if indices.len() == MAX_PATH {
                return Err(Problem::new(at.clone(), format!("a path has at most {MAX_PATH} names")));
            }
            indices.push(index as u8);
            let ty = present(fields[index].1);
            match (ty.kind(), path.peek()) {
                (_, None) => return Ok((indices, ty)),
                (Kind::Struct(of), Some(_)) => fields = of,
                (_, Some((_, at))) => {
                    return Err(Problem::new(at.clone(), format!("'{name}' is no struct, but {ty}")));
                }
            }
        }
        Err(Problem::new(0..0, "a path without names"))
    }

    fn len(&mut self, test: &Test, ty: &S) -> Result<(What, u64), Problem> {
        let Is::Compared(comparison, literal) = &test.is else {
            return Err(Problem::new(test.at.clone(), "a length is a number: compare it with one"));
        };
        if !matches!(ty.kind(), Kind::Text | Kind::Data | Kind::List) {
            return Err(Problem::new(
                test.at.clone(),
                format!("{ty} has no length: text, bytes and lists have"),
            ));
        }
        Ok((What::new(What::LEN, *comparison), integer(literal, "a length", unsigned(64))? as u64))
    }

    fn compared(
        &mut self,
        comparison: Comparison,
        literal: &Literal,
        ty: &S,
    ) -> Result<(What, u64), Problem> {
        let (what, constant) = match ty.kind() {
            Kind::Bool => (What::UINT, truth(literal, ty)?.into()),
            Kind::Int(bits) => (What::INT, integer(literal, &ty.to_string(), signed(bits))? as u64),
            Kind::Time => (What::INT, integer(literal, "time in nanoseconds since 1970", signed(64))? as u64),
            Kind::UInt(bits) => (What::UINT, integer(literal, &ty.to_string(), unsigned(bits))? as u64),
            Kind::Duration => (What::UINT, duration(literal, ty)?),
            Kind::Float => (What::FLOAT, float(literal, ty)?.to_bits()),
            Kind::Enum(variants) => {
                if comparison.0 & (Comparison::LESS | Comparison::GREATER) != 0
                    && comparison.0 & Comparison::UNORDERED == 0
                {
                    let message = "variants have no order: compare them with '==' or '!='";
                    return Err(Problem::new(literal.at.clone(), message));
                }
                (What::UINT, variant(literal, ty, &variants)?)
            }
            Kind::Text | Kind::Data | Kind::IpAddr => {
                let bytes = bytes(literal, ty)?;
                (What::BYTES, self.constant(&bytes, &literal.at)?)
            }
            Kind::List | Kind::Struct(_) | Kind::Option(_) | Kind::Unknown => {
                return Err(mismatch(&literal.at, ty));
            }
        };
        Ok((What::new(what, comparison), constant))
    }

    /// Place and length of bytes among the constants.
    fn constant(&mut self, bytes: &[u8], at: &Range<usize>) -> Result<u64, Problem> {
        let place = self.program.constants.len();
        self.program.constants.extend(bytes.chunks(8).map(|bytes| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(word)
        }));
        if self.program.constants.len() > CONSTANT_WORDS {
            let limit = CONSTANT_WORDS * 8;
            return Err(Problem::new(
                at.clone(),
                format!("more than {limit} bytes of text in one predicate"),
            ));
        }
        Ok(place as u64 | (bytes.len() as u64) << 32)
    }
}

/// What is tested if it is there.
fn present<S: Shape>(ty: &S) -> &S {
    match ty.kind() {
        Kind::Option(of) => present(of),
        _ => ty,
    }
}

fn names<S>(fields: &[(&str, &S)]) -> String {
    fields.iter().map(|field| field.0).collect::<Vec<_>>().join(", ")
}

fn mismatch<S: Shape>(at: &Range<usize>, ty: &S) -> Problem {
    let message = match ty.kind() {
        Kind::Struct(fields) => {
            format!("a struct cannot be tested as a whole; its fields are: {}", names(&fields))
        }
        Kind::List => "of a list, only the length can be tested: len(..)".to_owned(),
        Kind::Text => "text: compare it with text in quotes".to_owned(),
        Kind::Data => "bytes: compare them with 0x.., or with text in quotes".to_owned(),
        Kind::IpAddr => "an address: compare it with one in quotes, as \"10.0.0.1\"".to_owned(),
        Kind::Bool => "a truth value: compare it with true or false".to_owned(),
        Kind::Enum(variants) => format!("a variant: compare it with one of {}", variants.join(", ")),
        Kind::Duration => "a duration: compare it with one, as 150ms".to_owned(),
        Kind::Unknown => "of a kind that this version does not know".to_owned(),
        _ => format!("a number ({ty}): compare it with a number"),
    };
    Problem::new(at.clone(), format!("this is {message}"))
}

/// The numbers of so many bits.
fn signed(bits: u32) -> RangeInclusive<i128> {
    -1 << (bits - 1)..=(1 << (bits - 1)) - 1
}

fn unsigned(bits: u32) -> RangeInclusive<i128> {
    0..=(1 << bits) - 1
}

fn integer(literal: &Literal, what: &str, range: RangeInclusive<i128>) -> Result<i128, Problem> {
    let value = match &literal.value {
        LiteralValue::Int(value) => Some(*value),
        LiteralValue::Hex(digits) => i128::from_str_radix(digits, 16).ok(),
        _ => {
            let message = format!("a number is needed here, for {what}");
            return Err(Problem::new(literal.at.clone(), message));
        }
    };
    value.filter(|value| range.contains(value)).ok_or_else(|| {
        let (least, most) = range.into_inner();
        Problem::new(literal.at.clone(), format!("out of range: {what} goes from {least} to {most}"))
    })
}

fn duration<S: Shape>(literal: &Literal, ty: &S) -> Result<u64, Problem> {
    match &literal.value {
        LiteralValue::Duration(nanos) => Ok(*nanos),
        LiteralValue::Int(0) => Ok(0),
        _ => Err(mismatch(&literal.at, ty)),
    }
}

fn float<S: Shape>(literal: &Literal, ty: &S) -> Result<f64, Problem> {
    match &literal.value {
        LiteralValue::Float(value) => Ok(*value),
        LiteralValue::Int(value) => Ok(*value as f64),
        _ => Err(mismatch(&literal.at, ty)),
    }
}

fn truth<S: Shape>(literal: &Literal, ty: &S) -> Result<bool, Problem> {
    match &literal.value {
        LiteralValue::Word(word) if word == "true" => Ok(true),
        LiteralValue::Word(word) if word == "false" => Ok(false),
        _ => Err(mismatch(&literal.at, ty)),
    }
}

fn variant<S: Shape>(literal: &Literal, ty: &S, variants: &[&str]) -> Result<u64, Problem> {
    let name = match &literal.value {
        LiteralValue::Word(name) | LiteralValue::Text(name) => name,
        _ => {
            let message = format!("a variant is needed here: {}", variants.join(", "));
            return Err(Problem::new(literal.at.clone(), message));
        }
    };
    match variants.iter().position(|variant| variant == name) {
        Some(ordinal) => Ok(ordinal as u64),
        None => {
            let message = format!("{ty} has no variant '{name}'; there are: {}", variants.join(", "));
            Err(Problem::new(literal.at.clone(), message))
        }
    }
}

/// The bytes that a field is compared with as a whole.
fn bytes<S: Shape>(literal: &Literal, ty: &S) -> Result<Vec<u8>, Problem> {
    match (&literal.value, ty.kind()) {
        (LiteralValue::Text(text), Kind::IpAddr) => match text.parse() {
            Ok(std::net::IpAddr::V4(address)) => Ok(address.octets().to_vec()),
            Ok(std::net::IpAddr::V6(address)) => Ok(address.octets().to_vec()),
            Err(_) => Err(mismatch(&literal.at, ty)),
        },
        _ => starting_bytes(literal, ty),
    }
}

/// The bytes that a field is to start with.
fn starting_bytes<S: Shape>(literal: &Literal, ty: &S) -> Result<Vec<u8>, Problem> {
    match (&literal.value, ty.kind()) {
        (LiteralValue::Text(text), Kind::Text | Kind::Data) => Ok(text.as_bytes().to_vec()),
        (LiteralValue::Hex(digits), Kind::Data | Kind::IpAddr) if digits.len() % 2 == 0 => {
            let pairs = digits.as_bytes().chunks(2);
            Ok(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit))).collect())
        }
        (LiteralValue::Hex(_), Kind::Data | Kind::IpAddr) => {
            Err(Problem::new(literal.at.clone(), "bytes have two hexadecimal digits each: one is missing"))
        }
        _ => Err(mismatch(&literal.at, ty)),
    }
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap_or(0) as u8
}

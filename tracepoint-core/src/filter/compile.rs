//! From what a predicate means to a program, checked against the fields of an event.

use std::ops::Range;

use super::error::Problem;
use super::parse::{Comparison, Expr, Is, Literal, LiteralValue, Test};
use super::program::{self, ACCEPT, CONSTANT_WORDS, MAX_PATH, MAX_TESTS, Program, REJECT, What};
use crate::{Descriptor, EnumType, Field, Type};

pub(super) fn compile(expr: &Expr, descriptor: &Descriptor) -> Result<Program, Problem> {
    let program = Program { tests: Vec::new(), constants: Vec::new() };
    let mut compiler = Compiler { fields: descriptor.fields, program };
    // From the end to the start, so that each test knows where the next ones are.
    let first = compiler.expr(expr, ACCEPT, REJECT)?;
    debug_assert_eq!(usize::from(first) + 1, compiler.program.tests.len());
    compiler.reverse();
    Ok(compiler.program)
}

struct Compiler {
    fields: &'static [Field],
    program: Program,
}

impl Compiler {
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
            Is::True => match ty {
                Type::Bool => (What::new(What::UINT, Comparison(Comparison::EQUAL)), 1),
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
    fn resolve(&self, path: &[(String, Range<usize>)]) -> Result<(Vec<u8>, &'static Type), Problem> {
        let mut fields = self.fields;
        let mut indices = Vec::new();
        let mut path = path.iter().peekable();
        while let Some((name, at)) = path.next() {
            let Some(index) = fields.iter().position(|field| field.name == name) else {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                let message = format!("there is no field '{name}'; there are: {}", names.join(", "));
                return Err(Problem::new(at.clone(), message));
            };
            if indices.len() == MAX_PATH {
                return Err(Problem::new(at.clone(), format!("a path has at most {MAX_PATH} names")));
            }
            indices.push(index as u8);
            let ty = present(&fields[index].ty);
            match (ty, path.peek()) {
                (Type::Struct(of), Some(_)) => fields = of.fields,
                (_, Some((_, at))) => {
                    return Err(Problem::new(at.clone(), format!("'{name}' is no struct, but {ty}")));
                }
                (ty, None) => return Ok((indices, ty)),
            }
        }
        Err(Problem::new(0..0, "a path without names"))
    }

    fn len(&mut self, test: &Test, ty: &Type) -> Result<(What, u64), Problem> {
        let Is::Compared(comparison, literal) = &test.is else {
            return Err(Problem::new(test.at.clone(), "a length is a number: compare it with one"));
        };
        if !matches!(ty, Type::Text | Type::Data | Type::List(_)) {
            return Err(Problem::new(
                test.at.clone(),
                format!("{ty} has no length: text, bytes and lists have"),
            ));
        }
        Ok((What::new(What::LEN, *comparison), integer(literal, "a length", 0, u64::MAX.into())? as u64))
    }

    fn compared(
        &mut self,
        comparison: Comparison,
        literal: &Literal,
        ty: &Type,
    ) -> Result<(What, u64), Problem> {
        let (kind, constant) = match ty {
            Type::Bool => (What::UINT, truth(literal)?.into()),
            Type::Int8 => (What::INT, integer(literal, "i8", i8::MIN.into(), i8::MAX.into())? as u64),
            Type::Int16 => (What::INT, integer(literal, "i16", i16::MIN.into(), i16::MAX.into())? as u64),
            Type::Int32 => (What::INT, integer(literal, "i32", i32::MIN.into(), i32::MAX.into())? as u64),
            Type::Int64 => (What::INT, integer(literal, "i64", i64::MIN.into(), i64::MAX.into())? as u64),
            Type::Time => {
                let what = "time in nanoseconds since 1970";
                (What::INT, integer(literal, what, i64::MIN.into(), i64::MAX.into())? as u64)
            }
            Type::UInt8 => (What::UINT, integer(literal, "u8", 0, u8::MAX.into())? as u64),
            Type::UInt16 => (What::UINT, integer(literal, "u16", 0, u16::MAX.into())? as u64),
            Type::UInt32 => (What::UINT, integer(literal, "u32", 0, u32::MAX.into())? as u64),
            Type::UInt64 => (What::UINT, integer(literal, "u64", 0, u64::MAX.into())? as u64),
            Type::Duration => (What::UINT, duration(literal)?),
            Type::Float32 | Type::Float64 => (What::FLOAT, float(literal)?.to_bits()),
            Type::Enum(of) => {
                if comparison.0 & (Comparison::LESS | Comparison::GREATER) != 0
                    && comparison.0 & Comparison::UNORDERED == 0
                {
                    let message = "variants have no order: compare them with '==' or '!='";
                    return Err(Problem::new(literal.at.clone(), message));
                }
                (What::UINT, variant(literal, of)?)
            }
            Type::Text | Type::Data | Type::IpAddr => {
                let bytes = bytes(literal, ty)?;
                (What::BYTES, self.constant(&bytes, &literal.at)?)
            }
            Type::List(_) | Type::Struct(_) | Type::Option(_) => return Err(mismatch(&literal.at, ty)),
        };
        Ok((What::new(kind, comparison), constant))
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
fn present(ty: &'static Type) -> &'static Type {
    match ty {
        Type::Option(of) => present(of),
        ty => ty,
    }
}

fn mismatch(at: &Range<usize>, ty: &Type) -> Problem {
    let message = match ty {
        Type::Struct(of) => {
            let names: Vec<_> = of.fields.iter().map(|field| field.name).collect();
            format!("a struct cannot be tested as a whole; its fields are: {}", names.join(", "))
        }
        Type::List(_) => "of a list, only the length can be tested: len(..)".to_owned(),
        Type::Text => "text: compare it with text in quotes".to_owned(),
        Type::Data => "bytes: compare them with 0x.., or with text in quotes".to_owned(),
        Type::IpAddr => "an address: compare it with one in quotes, as \"10.0.0.1\"".to_owned(),
        Type::Bool => "a truth value: compare it with true or false".to_owned(),
        Type::Enum(of) => format!("a variant: compare it with one of {}", variants(of)),
        Type::Duration => "a duration: compare it with one, as 150ms".to_owned(),
        _ => format!("a number ({ty}): compare it with a number"),
    };
    Problem::new(at.clone(), format!("this is {message}"))
}

fn integer(literal: &Literal, what: &str, least: i128, most: i128) -> Result<i128, Problem> {
    let value = match &literal.value {
        LiteralValue::Int(value) => Some(*value),
        LiteralValue::Hex(digits) => i128::from_str_radix(digits, 16).ok(),
        _ => {
            let message = format!("a number is needed here, for {what}");
            return Err(Problem::new(literal.at.clone(), message));
        }
    };
    value.filter(|value| (least..=most).contains(value)).ok_or_else(|| {
        Problem::new(literal.at.clone(), format!("out of range: {what} goes from {least} to {most}"))
    })
}

fn duration(literal: &Literal) -> Result<u64, Problem> {
    match &literal.value {
        LiteralValue::Duration(nanos) => Ok(*nanos),
        LiteralValue::Int(0) => Ok(0),
        _ => Err(mismatch(&literal.at, &Type::Duration)),
    }
}

fn float(literal: &Literal) -> Result<f64, Problem> {
    match &literal.value {
        LiteralValue::Float(value) => Ok(*value),
        LiteralValue::Int(value) => Ok(*value as f64),
        _ => Err(mismatch(&literal.at, &Type::Float64)),
    }
}

fn truth(literal: &Literal) -> Result<bool, Problem> {
    match &literal.value {
        LiteralValue::Word(word) if word == "true" => Ok(true),
        LiteralValue::Word(word) if word == "false" => Ok(false),
        _ => Err(mismatch(&literal.at, &Type::Bool)),
    }
}

fn variant(literal: &Literal, of: &EnumType) -> Result<u64, Problem> {
    let name = match &literal.value {
        LiteralValue::Word(name) | LiteralValue::Text(name) => name,
        _ => {
            return Err(Problem::new(
                literal.at.clone(),
                format!("a variant is needed here: {}", variants(of)),
            ));
        }
    };
    match of.variants.iter().position(|variant| variant.name == name) {
        Some(ordinal) => Ok(ordinal as u64),
        None => {
            let message = format!("{} has no variant '{name}'; there are: {}", of.name, variants(of));
            Err(Problem::new(literal.at.clone(), message))
        }
    }
}

fn variants(of: &EnumType) -> String {
    of.variants.iter().map(|variant| variant.name).collect::<Vec<_>>().join(", ")
}

/// The bytes that a field is compared with as a whole.
fn bytes(literal: &Literal, ty: &Type) -> Result<Vec<u8>, Problem> {
    match (&literal.value, ty) {
        (LiteralValue::Text(text), Type::IpAddr) => match text.parse() {
            Ok(std::net::IpAddr::V4(address)) => Ok(address.octets().to_vec()),
            Ok(std::net::IpAddr::V6(address)) => Ok(address.octets().to_vec()),
            Err(_) => Err(mismatch(&literal.at, ty)),
        },
        _ => starting_bytes(literal, ty),
    }
}

/// The bytes that a field is to start with.
fn starting_bytes(literal: &Literal, ty: &Type) -> Result<Vec<u8>, Problem> {
    match (&literal.value, ty) {
        (LiteralValue::Text(text), Type::Text | Type::Data) => Ok(text.as_bytes().to_vec()),
        (LiteralValue::Hex(digits), Type::Data | Type::IpAddr) if digits.len() % 2 == 0 => {
            let pairs = digits.as_bytes().chunks(2);
            Ok(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit))).collect())
        }
        (LiteralValue::Hex(_), Type::Data | Type::IpAddr) => {
            Err(Problem::new(literal.at.clone(), "bytes have two hexadecimal digits each: one is missing"))
        }
        _ => Err(mismatch(&literal.at, ty)),
    }
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap_or(0) as u8
}

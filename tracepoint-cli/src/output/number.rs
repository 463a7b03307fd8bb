//! Numbers for people.

/// With a comma between groups of three digits: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the largest unit that leaves something before the point: `1.4 MB`.
pub fn bytes(number: f64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut number = number;
    let mut unit = 0;
    while number >= 999.95 && unit + 1 < UNITS.len() {
        number /= 1000.0;
        unit += 1;
    }
    let precision = usize::from(unit > 0);
    format!("{number:.precision$} {}", UNITS[unit])
}

/// Events in a second, without a fraction once there are enough of them.
pub fn rate(number: f64) -> String {
    if number > 0.0 && number < 99.95 {
        format!("{number:.1}")
    } else {
        // Negative and absurd numbers cannot occur; the conversion saturates.
        grouped(number.round() as u64)
    }
}

/// `one` or `many`, with the number in front.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_three_digits() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn units_fit_the_number() {
        let cases = [
            (0.0, "0 B"),
            (999.0, "999 B"),
            (1000.0, "1.0 kB"),
            (1_381_836.0, "1.4 MB"),
            (999_960.0, "1.0 MB"),
            (1e18, "1000.0 PB"),
        ];
        for (number, text) in cases {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn slow_rates_have_a_fraction() {
        let cases = [(0.0, "0"), (0.26, "0.3"), (99.0, "99.0"), (99.96, "100"), (1234.4, "1,234")];
        for (number, text) in cases {
            assert_eq!(rate(number), text);
        }
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "event", "events"), "1 event");
        assert_eq!(counted(2000, "event", "events"), "2,000 events");
    }
}

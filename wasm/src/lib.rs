//! The npm package `converse-messages`.

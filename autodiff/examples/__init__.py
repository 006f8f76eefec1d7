"""Programs that use the library on real data; `autodiff demo` runs them."""

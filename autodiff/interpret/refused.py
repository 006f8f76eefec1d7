"""What stands in the place of functions of NumPy that have no derivative."""

BITS = "bits of bytes are integers: convert with astype(np.uint8) outside the derivative"
DATES = "dates carry no derivative: give plain arrays"
SAVED = "save what the transform returns, or x.detach().numpy() of a tensor"

INSTEAD = {
    "packbits": BITS, "unpackbits": BITS, "busday_count": DATES, "busday_offset": DATES,
    "is_busday": DATES, "datetime_as_string": DATES, "save": SAVED, "savetxt": SAVED,
    "savez": SAVED, "savez_compressed": SAVED,
}  # fmt: skip

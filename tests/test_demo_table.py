"""Reading the tables of the demo, and splitting them."""

import numpy as np
import pytest

from autodiff.examples import fits
from autodiff.examples.sample import split
from autodiff.examples.table import InputError, breast_cancer, read_table

# ---------------------------------------------------------------- reading tables


def written(tmp_path, content, name="table.csv"):
    """The path of a file with that content."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path, target="y"):
    """The sentence with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read_table(path, target)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def test_the_carried_table_is_whole():
    table = breast_cancer()
    assert table.values.shape == (569, 30)
    assert table.classes == ("benign", "malignant")
    assert table.labels.sum() == 212
    assert table.columns[0] == "radius mean"
    assert table.values[0, 0] == 17.99
    # W. N. Street, W. H. Wolberg and O. L. Mangasarian 1993: the largest mean radius and area
    assert table.values.max(axis=0)[[0, 3]].tolist() == [28.11, 2501.0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_spellings_of_the_same_table(tmp_path, delimiter, end, encoding):
    lines = [["größe", '"b ""x"""', "y"], ["1", '" 2.5 "', "no"], ["-3e2", "4", "yes"]]
    text = end.join(delimiter.join(line) for line in lines)
    table = read_table(written(tmp_path, text.encode(encoding)), "y")
    assert table.columns == ("größe", 'b "x"')
    assert table.values.tolist() == [[1, 2.5], [-300, 4]]
    assert table.labels.tolist() == [0, 1]
    assert table.classes == ("no", "yes")


def test_a_quoted_delimiter_belongs_to_the_value(tmp_path):
    table = read_table(written(tmp_path, 'a,y\n1,"no, never"\n2,yes\n'), "y")
    assert table.classes == ("no, never", "yes")


def test_blank_lines_do_not_count(tmp_path):
    table = read_table(written(tmp_path, "\n\na,y\n\n1,0\n,,\n2,1\n\n"), "y")
    assert table.values.tolist() == [[1], [2]]


def test_numbers_as_classes_are_ordered_by_size(tmp_path):
    table = read_table(written(tmp_path, "a,y\n1,10\n2,9\n3,9.0\n"), "y")
    assert table.classes == ("9", "10")
    assert table.labels.tolist() == [1, 0, 0]


def test_repeated_and_empty_column_names_are_told_apart(tmp_path):
    table = read_table(written(tmp_path, ",a,a,y\n1,2,3,0\n4,5,6,1\n"), "y")
    assert table.columns == ("column 1", "a", "a (column 3)")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        (",,\n\n,\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary file"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "binary file"),
        ("only one column\n1\n2\n", "one column"),
        ("a,y\n", "no rows"),
        ("1,0\n2,1\n", "no column names"),
        ("a,b\n1,0\n", "has no column 'y'; its columns are 'a', 'b'"),
        ("a,Y\n1,0\n", "has no column 'y'; its columns"),
        ("a,y,y\n1,0,1\n", "more than one column 'y'"),
        ("a,y\n1,0\n2\n", "line 3 has 1 value, but the first line names 2 columns"),
        ("a,y\n1,0\n2,1,3\n", "line 3 has 3 values"),
        ("a,y\n1,0\n,1\n", "line 3, column 'a': the value is missing"),
        ("a,y\n1,0\nNA,1\n", "line 3, column 'a': 'NA' stands for a missing value"),
        ("a,y\n1,0\nnan,1\n", "line 3, column 'a': 'nan' stands for a missing value"),
        ("a,y\n1,0\n-inf,1\n", "line 3, column 'a': '-inf' is not finite"),
        ("a,y\n1,0\n1e999,1\n", "line 3, column 'a': '1e999' is not finite"),
        ("a,y\n1,0\n1_000,1\n", "line 3, column 'a': '1_000' is not a number"),
        (
            "a;y\n1,5;0\n2;1\n",
            "line 2, column 'a': '1,5' is not a number; write decimals with a point",
        ),
        ("a,y\n1,0\n__import__('os'),1\n", "is not a number"),
        (f"a,y\n1,0\n{'x' * 9999},1\n", "xxx...' is not a number"),
        ("a,y\n1,0\n2,\n", "line 3, target column 'y': the value is missing"),
        ("a,y\n1,no\n2,no\n", "holds 1 class ('no'); a logistic regression needs exactly two"),
        ("a,y\n1,p\n2,q\n3,r\n", "holds 3 classes ('p', 'q', 'r')"),
        ("a,y\n" + "".join(f"1,{i}\n" for i in range(50)), "and 42 more"),
        ("a" * 200_000 + ",y\n1,0\n", "line 1: field larger"),
        ("\u2028\n", "is empty"),
        ('a,y\n"' + "x" * 200_000 + '",1\n', "line 2: field larger"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, words):
    assert words in refused(written(tmp_path, content))


def test_a_near_name_is_proposed(tmp_path):
    said = refused(written(tmp_path, "a,diagnosis\n1,0\n"), "diagnoses")
    assert said.endswith("the nearest is 'diagnosis'.")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    said = refused(written(tmp_path, 'a,y\n1,"no\nnever"\n\nblue,yes\n'))
    assert "line 5" in said


def test_a_missing_file_and_a_directory(tmp_path):
    assert "no such file" in refused(tmp_path / "absent.csv")
    assert "directory" in refused(tmp_path)
    assert "cannot be read" in refused("x" * 5000)


# ---------------------------------------------------------------- the two parts


def test_the_held_out_part_is_drawn_alike_each_time():
    table = breast_cancer()
    first, second = split(table), split(table)
    assert np.array_equal(first.held_out[0], second.held_out[0])
    assert [len(part[1]) for part in (first.train, first.held_out)] == [427, 142]
    assert first.held_out[1].sum() == 53


def test_the_scale_is_that_of_the_training_part():
    sample = split(breast_cancer())
    points = sample.train[0][:, 1:]
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(points.std(axis=0), 1, rtol=1e-12)
    assert abs(sample.held_out[0][:, 1:].mean(axis=0)).max() > 1e-3


def test_a_column_that_does_not_vary_is_named_and_has_no_weight(tmp_path):
    rows = "".join(f"{i},0.1,{1e300 * (i % 3)},{i % 2}\n" for i in range(20))
    sample = split(read_table(written(tmp_path, "a,flat,huge,y\n" + rows), "y"))
    assert sample.constant == ("flat",)
    assert np.all(np.isfinite(sample.train[0]))
    fit = fits.fit("value_and_grad", *sample.train, range(20))
    assert fit.weights[2] == 0


def test_four_rows_are_enough_and_three_are_not(tmp_path):
    sample = split(read_table(written(tmp_path, "a,y\n1,0\n2,0\n3,1\n4,1\n"), "y"))
    assert len(sample.train[1]) == len(sample.held_out[1]) == 2
    with pytest.raises(InputError, match="class '1' has 1 row; each class needs at least 2"):
        split(read_table(written(tmp_path, "a,y\n1,0\n2,0\n3,1\n"), "y"))

"""What `scipy.misc` held: `logsumexp`."""

from ....ops.exponential_sums import logsumexp as logsumexp

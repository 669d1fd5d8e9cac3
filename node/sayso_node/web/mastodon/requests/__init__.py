"""What routes need of a request: what its ids mean, its page, and what is kept between two."""

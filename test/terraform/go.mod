// What needs Terraform and its providers is no part of the tests of a clone.
module authpocket/test/terraform

go 1.26.0

# METADATA
# scope: subpackages
# title: CSP direct-bill partner
# description: Microsoft's requirements for partners who bill their customers directly.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Requirements to enroll as a CSP direct-bill partner
# authors:
#   - name: The authors of Assay
# custom:
#   owner: the authors of Assay
#   confirmed_on: "2026-11-22"
#   review_on: "2027-05-22"
# schemas:
#   - input: schema.request
package csp.direct_bill
